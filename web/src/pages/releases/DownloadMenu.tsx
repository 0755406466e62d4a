// The release as a folder to keep, or in another format with its loss report.
import { Menu } from "@mantine/core";
import { downloadOf, exportOf } from "@/api/calls";
import type { Release } from "@/api/types";
import { useProject } from "@/app/project";
import { t } from "@/text/en";
import { Button } from "@/ui/Button";

const FORMATS = ["coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"] as const;

export function DownloadMenu({ release }: { release: Release }) {
  const { slug } = useProject();
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target><Button small>{t.release.download}</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={downloadOf(slug, release.id, false)} download>{t.release.folder}</Menu.Item>
        <Menu.Item component="a" href={downloadOf(slug, release.id, true)} download>{t.release.folderImages}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t.release.exportLabel}</Menu.Label>
        {FORMATS.map((format) => <Menu.Item key={format} component="a" href={exportOf(slug, release.id, format, false)} download>{t.release.formats[format]}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
