// Photos and documents of steps that are not sent yet: IndexedDB holds them, local storage only holds text.
// A step's files stand under its key, and under the person who wrote it.

const STORE = "files";
const LONGER_SIDE = 2560; // what the server keeps: more would only cost the connection

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("today", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

async function run(mode, work) {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", () => reject(transaction.error));
    });
  } finally {
    base.close();
  }
}

export const keepFiles = (shelf, key, files) => run("readwrite", (store) => store.put(files, `${shelf} ${key}`));
export const filesOf = async (shelf, key) => (await run("readonly", (store) => store.get(`${shelf} ${key}`))) ?? [];
export const forgetFiles = (shelf, key) => run("readwrite", (store) => store.delete(`${shelf} ${key}`)).catch(() => {});

// A photo no larger than is kept, upright and without its notes; whatever cannot be drawn stays as it is.
export async function shrunk(file) {
  if (!file.type.startsWith("image/") || file.size < 1_000_000) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    return blob.size < file.size ? new File([blob], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}
