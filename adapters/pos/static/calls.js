// Calls to the house, with the page's own right to make them.
// Refusals of who asked, not of what was asked: the same call is good once the cashier has logged in, or a bit later.
export const NOT_LOGGED_IN = new Set(["unauthorized", "password-due", "csrf"]);
export const NOT_NOW = new Set(["too-many-requests", "too-many-misses"]);
export const codeOf = (problem) => (problem.type || "").replace("about:kartka/", "");

// Throws when nobody has answered: then the same call may come again.
export async function call(method, path, body, key) {
  const headers = { "X-CSRF-Token": document.body.dataset.csrf };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const answer = await fetch(path, {
    method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(8000), cache: "no-store",
  });
  if (answer.status >= 500) throw new Error("nobody answered");
  const content = await answer.json().catch(() => ({}));
  return { ok: answer.ok, content };
}
export const post = (path, body, key) => call("POST", path, body, key);
