// The one folder of a local store that belongs to the adapter itself: unfinished files and locks. It holds no keys.

/** Below the product's own prefix, with a slash at its end. */
export const LOCAL_FOLDER = '__mlsql__/.local/';
