// A dialog over the page: for one decision with its reason. Focus stays inside, Escape leaves.
import { Modal } from "@mantine/core";
import { t } from "@/text/en";
import css from "./Dialog.module.css";

export function Dialog({ title, opened, onClose, size = 480, children }: { title: React.ReactNode; opened: boolean; onClose: () => void; size?: number; children: React.ReactNode }) {
  return (
    // The scroll lock would add a style element that the content policy forbids; the page behind is covered anyway.
    <Modal.Root opened={opened} onClose={onClose} size={size} lockScroll={false} centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        {/* A plain box: a header element outside of the page's own sections would be a second banner to screen readers. */}
        <div className={css.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t.actions.close} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
