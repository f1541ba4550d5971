// What the course fetches is kept, so that it opens again without a network. This stands before JupyterLite's own
// service worker, which sees only what is not fetched from the site: messages, as those about files of the notebooks.
const changed = answer => answer.headers.get("etag") ?? answer.headers.get("last-modified") ?? NaN; // equal to nothing

async function fetchedOrKept(request, address) {
  const store = await caches.open("hhlab");
  const kept = await store.match(address);
  try {
    const answer = await fetch(request);
    const known = kept?.status === answer.status && changed(kept) === changed(answer);
    if ([200, 404].includes(answer.status) && !known) await store.put(address, answer.clone()).catch(console.warn);
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}

self.addEventListener("fetch", event => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || pathname.endsWith("heartbeat")) return;
  event.stopImmediatePropagation();
  event.respondWith(fetchedOrKept(event.request, origin + pathname));
});
