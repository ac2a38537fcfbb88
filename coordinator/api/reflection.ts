// Server reflection: what it answers from is made when somebody asks for the first time, which few do.
import type { Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { packageDefinition } from '../../shared/rpc/proto.js';

type AddService = (definition: ServiceDefinition, implementation: UntypedServiceImplementation) => void;

/** Adds reflection of all our services, in each version of the protocol that the library knows. */
export function addReflection(addService: AddService): void {
  let made: ReadonlyMap<string, UntypedServiceImplementation> | undefined;
  for (const [key, { definition, implementation }] of services({})) {
    const lazy: UntypedServiceImplementation = {};
    for (const method of Object.keys(implementation)) {
      lazy[method] = (...args: unknown[]) => {
        made ??= new Map(
          [...services(packageDefinition())].map(([name, service]) => [name, service.implementation]),
        );
        const handler = made.get(key)?.[method] as ((...call: unknown[]) => unknown) | undefined;
        if (handler === undefined) throw new Error(`reflection has no ${key} ${method}`);
        return handler(...args);
      };
    }
    addService(definition, lazy);
  }
}

/** What the library would add to a server, by the path of the service's first method. */
function services(
  described: ReturnType<typeof packageDefinition>,
): Map<string, { definition: ServiceDefinition; implementation: UntypedServiceImplementation }> {
  const found = new Map<
    string,
    { definition: ServiceDefinition; implementation: UntypedServiceImplementation }
  >();
  const collector: Pick<Server, 'addService'> = {
    addService: (definition, implementation) => {
      const key = Object.values(definition)[0]?.path ?? '';
      found.set(key, { definition, implementation });
    },
  };
  new ReflectionService(described).addToServer(collector);
  return found;
}
