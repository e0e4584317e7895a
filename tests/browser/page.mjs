// A form drawn by react-jsonschema-form from what a view gives, and what a person sees of it.
//
//   window.draw({schema, ui, data, errors, submit})   a new form; `errors` are faults to show at their fields
//   window.fill([[field, value], …])    what a person does in one control after the other; null empties it
//   window.send()                       presses the button
//   window.told()                       what there is to see, by field, and the document behind it
//
// Values are as in documents: an option by its value, an instant as ISO 8601.
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { createElement, createRef } from "react";
import { createRoot } from "react-dom/client";

// Nothing is chosen but what a form declares: "skipOneOf" would still choose "none" where null is one of the options.
const BEHAVIOUR = { constAsDefaults: "never", allOf: "populateDefaults" };

let root = null;
let form = createRef();
let sent = null;

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

window.draw = async ({ schema, ui, data, errors, submit }) => {
  root?.unmount();
  const place = document.createElement("main");
  document.body.replaceChildren(place);
  root = createRoot(place);
  form = createRef();
  sent = null;
  const extraErrors = Object.fromEntries((errors ?? []).map(({ path, text }) => [path, { __errors: [text] }]));
  root.render(
    createElement(Form, {
      ref: form,
      schema,
      uiSchema: { ...ui, "ui:submitButtonOptions": { submitText: submit ?? "OK" } },
      formData: data,
      validator,
      extraErrors,
      experimental_defaultFormStateBehavior: BEHAVIOUR,
      omitExtraData: true,
      liveOmit: true,
      noHtml5Validate: true,
      showErrorList: false,
      onError: () => undefined, // else told on the console
      onSubmit: ({ formData }) => (sent = formData),
    }),
  );
  while (form.current === null) await settled();
  await settled();
  return window.told();
};

// The controls by field, in the order in which they stand.
function controls() {
  const found = document.querySelectorAll("main input, main select, main textarea");
  return [...found].map((control) => [control.id.replace(/^root_/, ""), control]);
}

function labelOf(control) {
  if (control.type === "checkbox") return control.closest("label")?.textContent ?? "";
  const labels = [...document.querySelectorAll(`label[for="${control.id}"]`)];
  return labels.map((label) => label.firstChild?.textContent ?? "").join(" | ");
}

// The option of a select that stands for nothing chosen.
const isEmpty = (option) => option.value === "";

// What a control shows as chosen or written: nothing is null.
function shown(control) {
  if (control.type === "checkbox") return control.checked ? true : null;
  if (control.tagName === "SELECT") return [...control.selectedOptions].find((option) => !isEmpty(option))?.textContent ?? null;
  return control.value === "" ? null : control.value;
}

function errorsOf(control) {
  const told = control.closest(".form-group.field")?.querySelectorAll(":scope .error-detail li") ?? [];
  return [...told].map((line) => line.textContent);
}

window.told = () => {
  const fields = {};
  for (const [key, control] of controls()) {
    const twice = key in fields;
    const options = control.tagName === "SELECT" ? [...control.options] : null;
    fields[key] = {
      label: labelOf(control),
      help: document.getElementById(`root_${key}__description`)?.textContent ?? "",
      control: control.tagName === "INPUT" ? control.type : control.tagName.toLowerCase(),
      options: options?.filter((option) => !isEmpty(option)).map((option) => option.textContent) ?? null,
      unchosen: (options === null ? control.placeholder : options.find(isEmpty)?.textContent) ?? "",
      shown: shown(control),
      required: control.required,
      locked: control.disabled || control.readOnly === true,
      errors: errorsOf(control),
      twice,
    };
  }
  const state = form.current.state;
  return {
    title: document.querySelector("main legend")?.textContent ?? "",
    order: controls().map(([key]) => key),
    fields,
    button: document.querySelector("main button[type=submit]")?.textContent ?? "",
    document: state.formData,
    sent,
  };
};

const write = (control, value) => {
  const kind = control.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(control, value);
  control.dispatchEvent(new Event("input", { bubbles: true }));
};

// The place of an option among those of a select is found by its value in the schema as it applies now.
function choose(key, control, value) {
  const { schemaUtils, schema, formData } = form.current.state;
  const property = schemaUtils.retrieveSchema(schema, formData).properties[key];
  const place = (property.oneOf ?? []).findIndex((option) => option.const === value);
  if (value !== null && place < 0) throw new Error(`${key} has no option ${JSON.stringify(value)}`);
  control.value = place < 0 ? "" : String(place);
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function local(instant) {
  const at = new Date(instant);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

window.fill = async (steps) => {
  for (const [key, value] of steps) {
    const control = Object.fromEntries(controls())[key];
    if (control === undefined) throw new Error(`no field ${key} is drawn`);
    if (control.tagName === "SELECT") choose(key, control, value);
    else if (control.type === "checkbox") control.checked === (value === true) || control.click();
    else if (control.type === "datetime-local") write(control, value === null ? "" : local(value));
    else write(control, value === null ? "" : String(value));
    await settled();
  }
  return window.told();
};

window.send = async () => {
  sent = null;
  document.querySelector("main button[type=submit]").click();
  await settled();
  return window.told();
};
