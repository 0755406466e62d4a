// Form fields: a visible label, a hint, an error that says the next step. Mantine's inputs with our look.
import { Checkbox, NumberInput, PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import css from "./Fields.module.css";

export { Checkbox, NumberInput, PasswordInput, Select, Textarea, TextInput };

export function Form({ onSubmit, children }: { onSubmit: () => void; children: React.ReactNode }) {
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

export function FormRow({ children }: { children: React.ReactNode }) {
  return <div className={css.row}>{children}</div>;
}

export function FormActions({ children }: { children: React.ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}
