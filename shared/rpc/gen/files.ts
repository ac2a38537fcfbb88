import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { FileChunk as _mlsql_v1_FileChunk, FileChunk__Output as _mlsql_v1_FileChunk__Output } from './mlsql/v1/FileChunk.js';
import type { FileEntry as _mlsql_v1_FileEntry, FileEntry__Output as _mlsql_v1_FileEntry__Output } from './mlsql/v1/FileEntry.js';
import type { FilesClient as _mlsql_v1_FilesClient, FilesDefinition as _mlsql_v1_FilesDefinition } from './mlsql/v1/Files.js';
import type { FindMissingBlobsRequest as _mlsql_v1_FindMissingBlobsRequest, FindMissingBlobsRequest__Output as _mlsql_v1_FindMissingBlobsRequest__Output } from './mlsql/v1/FindMissingBlobsRequest.js';
import type { FindMissingBlobsResponse as _mlsql_v1_FindMissingBlobsResponse, FindMissingBlobsResponse__Output as _mlsql_v1_FindMissingBlobsResponse__Output } from './mlsql/v1/FindMissingBlobsResponse.js';
import type { ListFilesRequest as _mlsql_v1_ListFilesRequest, ListFilesRequest__Output as _mlsql_v1_ListFilesRequest__Output } from './mlsql/v1/ListFilesRequest.js';
import type { ListFilesResponse as _mlsql_v1_ListFilesResponse, ListFilesResponse__Output as _mlsql_v1_ListFilesResponse__Output } from './mlsql/v1/ListFilesResponse.js';
import type { ReadFileRequest as _mlsql_v1_ReadFileRequest, ReadFileRequest__Output as _mlsql_v1_ReadFileRequest__Output } from './mlsql/v1/ReadFileRequest.js';
import type { RemoveFilesRequest as _mlsql_v1_RemoveFilesRequest, RemoveFilesRequest__Output as _mlsql_v1_RemoveFilesRequest__Output } from './mlsql/v1/RemoveFilesRequest.js';
import type { RemoveFilesResponse as _mlsql_v1_RemoveFilesResponse, RemoveFilesResponse__Output as _mlsql_v1_RemoveFilesResponse__Output } from './mlsql/v1/RemoveFilesResponse.js';
import type { UploadBlobRequest as _mlsql_v1_UploadBlobRequest, UploadBlobRequest__Output as _mlsql_v1_UploadBlobRequest__Output } from './mlsql/v1/UploadBlobRequest.js';
import type { UploadBlobResponse as _mlsql_v1_UploadBlobResponse, UploadBlobResponse__Output as _mlsql_v1_UploadBlobResponse__Output } from './mlsql/v1/UploadBlobResponse.js';
import type { WriteFileRequest as _mlsql_v1_WriteFileRequest, WriteFileRequest__Output as _mlsql_v1_WriteFileRequest__Output } from './mlsql/v1/WriteFileRequest.js';
import type { WriteFileResponse as _mlsql_v1_WriteFileResponse, WriteFileResponse__Output as _mlsql_v1_WriteFileResponse__Output } from './mlsql/v1/WriteFileResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  mlsql: {
    v1: {
      FileChunk: MessageTypeDefinition<_mlsql_v1_FileChunk, _mlsql_v1_FileChunk__Output>
      FileEntry: MessageTypeDefinition<_mlsql_v1_FileEntry, _mlsql_v1_FileEntry__Output>
      /**
       * Files lists, reads and writes objects of the store, and takes uploads by content.
       */
      Files: SubtypeConstructor<typeof grpc.Client, _mlsql_v1_FilesClient> & { service: _mlsql_v1_FilesDefinition }
      FindMissingBlobsRequest: MessageTypeDefinition<_mlsql_v1_FindMissingBlobsRequest, _mlsql_v1_FindMissingBlobsRequest__Output>
      FindMissingBlobsResponse: MessageTypeDefinition<_mlsql_v1_FindMissingBlobsResponse, _mlsql_v1_FindMissingBlobsResponse__Output>
      ListFilesRequest: MessageTypeDefinition<_mlsql_v1_ListFilesRequest, _mlsql_v1_ListFilesRequest__Output>
      ListFilesResponse: MessageTypeDefinition<_mlsql_v1_ListFilesResponse, _mlsql_v1_ListFilesResponse__Output>
      ReadFileRequest: MessageTypeDefinition<_mlsql_v1_ReadFileRequest, _mlsql_v1_ReadFileRequest__Output>
      RemoveFilesRequest: MessageTypeDefinition<_mlsql_v1_RemoveFilesRequest, _mlsql_v1_RemoveFilesRequest__Output>
      RemoveFilesResponse: MessageTypeDefinition<_mlsql_v1_RemoveFilesResponse, _mlsql_v1_RemoveFilesResponse__Output>
      UploadBlobRequest: MessageTypeDefinition<_mlsql_v1_UploadBlobRequest, _mlsql_v1_UploadBlobRequest__Output>
      UploadBlobResponse: MessageTypeDefinition<_mlsql_v1_UploadBlobResponse, _mlsql_v1_UploadBlobResponse__Output>
      WriteFileRequest: MessageTypeDefinition<_mlsql_v1_WriteFileRequest, _mlsql_v1_WriteFileRequest__Output>
      WriteFileResponse: MessageTypeDefinition<_mlsql_v1_WriteFileResponse, _mlsql_v1_WriteFileResponse__Output>
    }
  }
}

