// @ts-check
// Sends the form that holds the answer for a service. Its button does the same.

const form = document.querySelector("form[data-submit]");
if (form instanceof HTMLFormElement) {
  form.submit();
}
