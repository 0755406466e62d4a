// A dialog over the page: for one decision with its reason. Focus stays inside, Escape leaves.
import { Modal } from "@mantine/core";
import { t } from "@/text/en";

export function Dialog({ title, opened, onClose, size = 480, children }: { title: React.ReactNode; opened: boolean; onClose: () => void; size?: number; children: React.ReactNode }) {
  return (
    // The scroll lock would add a style element that the content policy forbids; the page behind is covered anyway.
    <Modal opened={opened} onClose={onClose} title={title} size={size} lockScroll={false} centered closeButtonProps={{ "aria-label": t.actions.close }} transitionProps={{ duration: 0 }}>
      {children}
    </Modal>
  );
}
