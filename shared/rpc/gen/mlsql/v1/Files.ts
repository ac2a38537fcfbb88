// Original file: proto/mlsql/v1/files.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { FileChunk as _mlsql_v1_FileChunk, FileChunk__Output as _mlsql_v1_FileChunk__Output } from '../../mlsql/v1/FileChunk.js';
import type { FindMissingBlobsRequest as _mlsql_v1_FindMissingBlobsRequest, FindMissingBlobsRequest__Output as _mlsql_v1_FindMissingBlobsRequest__Output } from '../../mlsql/v1/FindMissingBlobsRequest.js';
import type { FindMissingBlobsResponse as _mlsql_v1_FindMissingBlobsResponse, FindMissingBlobsResponse__Output as _mlsql_v1_FindMissingBlobsResponse__Output } from '../../mlsql/v1/FindMissingBlobsResponse.js';
import type { ListFilesRequest as _mlsql_v1_ListFilesRequest, ListFilesRequest__Output as _mlsql_v1_ListFilesRequest__Output } from '../../mlsql/v1/ListFilesRequest.js';
import type { ListFilesResponse as _mlsql_v1_ListFilesResponse, ListFilesResponse__Output as _mlsql_v1_ListFilesResponse__Output } from '../../mlsql/v1/ListFilesResponse.js';
import type { ReadFileRequest as _mlsql_v1_ReadFileRequest, ReadFileRequest__Output as _mlsql_v1_ReadFileRequest__Output } from '../../mlsql/v1/ReadFileRequest.js';
import type { RemoveFilesRequest as _mlsql_v1_RemoveFilesRequest, RemoveFilesRequest__Output as _mlsql_v1_RemoveFilesRequest__Output } from '../../mlsql/v1/RemoveFilesRequest.js';
import type { RemoveFilesResponse as _mlsql_v1_RemoveFilesResponse, RemoveFilesResponse__Output as _mlsql_v1_RemoveFilesResponse__Output } from '../../mlsql/v1/RemoveFilesResponse.js';
import type { UploadBlobRequest as _mlsql_v1_UploadBlobRequest, UploadBlobRequest__Output as _mlsql_v1_UploadBlobRequest__Output } from '../../mlsql/v1/UploadBlobRequest.js';
import type { UploadBlobResponse as _mlsql_v1_UploadBlobResponse, UploadBlobResponse__Output as _mlsql_v1_UploadBlobResponse__Output } from '../../mlsql/v1/UploadBlobResponse.js';
import type { WriteFileRequest as _mlsql_v1_WriteFileRequest, WriteFileRequest__Output as _mlsql_v1_WriteFileRequest__Output } from '../../mlsql/v1/WriteFileRequest.js';
import type { WriteFileResponse as _mlsql_v1_WriteFileResponse, WriteFileResponse__Output as _mlsql_v1_WriteFileResponse__Output } from '../../mlsql/v1/WriteFileResponse.js';

/**
 * Files lists, reads and writes objects of the store, and takes uploads by content.
 */
export interface FilesClient extends grpc.Client {
  /**
   * Which of these contents the cluster lacks.
   */
  FindMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  FindMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  FindMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  FindMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Which of these contents the cluster lacks.
   */
  findMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  findMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  findMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  findMissingBlobs(argument: _mlsql_v1_FindMissingBlobsRequest, callback: grpc.requestCallback<_mlsql_v1_FindMissingBlobsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Lists the direct children of a folder of the store, by name.
   */
  ListFiles(argument: _mlsql_v1_ListFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _mlsql_v1_ListFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _mlsql_v1_ListFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  ListFiles(argument: _mlsql_v1_ListFilesRequest, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Lists the direct children of a folder of the store, by name.
   */
  listFiles(argument: _mlsql_v1_ListFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _mlsql_v1_ListFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _mlsql_v1_ListFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  listFiles(argument: _mlsql_v1_ListFilesRequest, callback: grpc.requestCallback<_mlsql_v1_ListFilesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Streams one object.
   */
  ReadFile(argument: _mlsql_v1_ReadFileRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_FileChunk__Output>;
  ReadFile(argument: _mlsql_v1_ReadFileRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_FileChunk__Output>;
  /**
   * Streams one object.
   */
  readFile(argument: _mlsql_v1_ReadFileRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_FileChunk__Output>;
  readFile(argument: _mlsql_v1_ReadFileRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_mlsql_v1_FileChunk__Output>;
  
  /**
   * Removes one object, or a folder with everything below it (recursive).
   */
  RemoveFiles(argument: _mlsql_v1_RemoveFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  RemoveFiles(argument: _mlsql_v1_RemoveFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  RemoveFiles(argument: _mlsql_v1_RemoveFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  RemoveFiles(argument: _mlsql_v1_RemoveFilesRequest, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Removes one object, or a folder with everything below it (recursive).
   */
  removeFiles(argument: _mlsql_v1_RemoveFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  removeFiles(argument: _mlsql_v1_RemoveFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  removeFiles(argument: _mlsql_v1_RemoveFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  removeFiles(argument: _mlsql_v1_RemoveFilesRequest, callback: grpc.requestCallback<_mlsql_v1_RemoveFilesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Uploads one content; its hash is checked before it counts.
   */
  UploadBlob(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  UploadBlob(metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  UploadBlob(options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  UploadBlob(callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  /**
   * Uploads one content; its hash is checked before it counts.
   */
  uploadBlob(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  uploadBlob(metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  uploadBlob(options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  uploadBlob(callback: grpc.requestCallback<_mlsql_v1_UploadBlobResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_UploadBlobRequest>;
  
  /**
   * Writes one object; it is there whole when the call answers, or not at all.
   */
  WriteFile(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  WriteFile(metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  WriteFile(options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  WriteFile(callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  /**
   * Writes one object; it is there whole when the call answers, or not at all.
   */
  writeFile(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  writeFile(metadata: grpc.Metadata, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  writeFile(options: grpc.CallOptions, callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  writeFile(callback: grpc.requestCallback<_mlsql_v1_WriteFileResponse__Output>): grpc.ClientWritableStream<_mlsql_v1_WriteFileRequest>;
  
}

/**
 * Files lists, reads and writes objects of the store, and takes uploads by content.
 */
export interface FilesHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Which of these contents the cluster lacks.
   */
  FindMissingBlobs: grpc.handleUnaryCall<_mlsql_v1_FindMissingBlobsRequest__Output, _mlsql_v1_FindMissingBlobsResponse>;
  
  /**
   * Lists the direct children of a folder of the store, by name.
   */
  ListFiles: grpc.handleUnaryCall<_mlsql_v1_ListFilesRequest__Output, _mlsql_v1_ListFilesResponse>;
  
  /**
   * Streams one object.
   */
  ReadFile: grpc.handleServerStreamingCall<_mlsql_v1_ReadFileRequest__Output, _mlsql_v1_FileChunk>;
  
  /**
   * Removes one object, or a folder with everything below it (recursive).
   */
  RemoveFiles: grpc.handleUnaryCall<_mlsql_v1_RemoveFilesRequest__Output, _mlsql_v1_RemoveFilesResponse>;
  
  /**
   * Uploads one content; its hash is checked before it counts.
   */
  UploadBlob: grpc.handleClientStreamingCall<_mlsql_v1_UploadBlobRequest__Output, _mlsql_v1_UploadBlobResponse>;
  
  /**
   * Writes one object; it is there whole when the call answers, or not at all.
   */
  WriteFile: grpc.handleClientStreamingCall<_mlsql_v1_WriteFileRequest__Output, _mlsql_v1_WriteFileResponse>;
  
}

export interface FilesDefinition extends grpc.ServiceDefinition {
  FindMissingBlobs: MethodDefinition<_mlsql_v1_FindMissingBlobsRequest, _mlsql_v1_FindMissingBlobsResponse, _mlsql_v1_FindMissingBlobsRequest__Output, _mlsql_v1_FindMissingBlobsResponse__Output>
  ListFiles: MethodDefinition<_mlsql_v1_ListFilesRequest, _mlsql_v1_ListFilesResponse, _mlsql_v1_ListFilesRequest__Output, _mlsql_v1_ListFilesResponse__Output>
  ReadFile: MethodDefinition<_mlsql_v1_ReadFileRequest, _mlsql_v1_FileChunk, _mlsql_v1_ReadFileRequest__Output, _mlsql_v1_FileChunk__Output>
  RemoveFiles: MethodDefinition<_mlsql_v1_RemoveFilesRequest, _mlsql_v1_RemoveFilesResponse, _mlsql_v1_RemoveFilesRequest__Output, _mlsql_v1_RemoveFilesResponse__Output>
  UploadBlob: MethodDefinition<_mlsql_v1_UploadBlobRequest, _mlsql_v1_UploadBlobResponse, _mlsql_v1_UploadBlobRequest__Output, _mlsql_v1_UploadBlobResponse__Output>
  WriteFile: MethodDefinition<_mlsql_v1_WriteFileRequest, _mlsql_v1_WriteFileResponse, _mlsql_v1_WriteFileRequest__Output, _mlsql_v1_WriteFileResponse__Output>
}
