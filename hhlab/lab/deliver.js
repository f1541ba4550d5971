// Files to save, and a text to put on the clipboard, which the kernel sends as a message of its own.
function deliver(message, buffers) {
  if (message.copy !== undefined) return void navigator.clipboard?.writeText(message.copy).catch(() => {});
  if (!message.save) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(buffers, { type: message.type }));
  link.download = message.save;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

