import { objectStoreConformance } from '../../conformance/object-store.js';
import { MemoryStore } from './memory-store.js';

const open = async () => ({ store: new MemoryStore(() => Date.now()), close: () => Promise.resolve() });
objectStoreConformance('memory', open, { shared: false });
