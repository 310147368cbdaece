using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Quai.BuildClient.Layouts;
using Quai.BuildProtocol.Content;
using Quai.Errors;
using Quai.Oci.Images;
using static Quai.BuildProtocol.Content.Content;
using Status = Grpc.Core.Status;

namespace Quai.BuildClient.Sessions;

/// <summary>Gives and takes the blobs of folders in OCI layout, by containerd's content service.</summary>
/// <param name="layouts">The folders, by the names that the builder knows.</param>
internal sealed class LayoutService(IReadOnlyDictionary<string, LayoutFolder> layouts) : ContentBase
{
    private const int Piece = 1 << 20;

    /// <inheritdoc/>
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        Digest digest = DigestOf(request.Digest);
        var file = new FileInfo(Find(context).Locate(digest));
        if (!file.Exists)
        {
            throw Missing(digest);
        }

        var written = Timestamp.FromDateTime(file.LastWriteTimeUtc);
        return Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = file.Length, CreatedAt = written, UpdatedAt = written } });
    }

    /// <inheritdoc/>
    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        Digest digest = DigestOf(request.Digest);
        using FileStream file = Open(Find(context), digest);
        if (request.Offset < 0 || request.Size < 0 || request.Offset > file.Length || request.Size > file.Length - request.Offset)
        {
            throw new RpcException(new Status(StatusCode.OutOfRange, $"content {digest} has {file.Length} bytes: {request.Size} from {request.Offset} are not in it"));
        }

        file.Position = request.Offset;
        long left = request.Size > 0 ? request.Size : file.Length - request.Offset;
        while (left > 0)
        {
            // Not used again: what was sent is still on its way.
            byte[] buffer = new byte[(int)Math.Min(Piece, left)];
            long offset = file.Position;
            await file.ReadExactlyAsync(buffer, context.CancellationToken).ConfigureAwait(false);
            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(buffer) }, context.CancellationToken).ConfigureAwait(false);
            left -= buffer.Length;
        }
    }

    /// <inheritdoc/>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) => throw new RpcException(new Status(StatusCode.NotFound, $"ingest ref \"{request.Ref}\": not found"));

    /// <inheritdoc/>
    public override Task<Empty> Abort(AbortRequest request, ServerCallContext context) => Task.FromResult(new Empty());

    /// <inheritdoc/>
    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        LayoutFolder folder = Find(context);
        LayoutUpload? upload = null;
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                WriteContentRequest request = requestStream.Current;
                upload ??= Begin(folder, request.Expected);
                var response = new WriteContentResponse { Action = request.Action, StartedAt = Timestamp.FromDateTime(upload.StartedAt), UpdatedAt = Timestamp.FromDateTime(DateTime.UtcNow), Total = request.Total };
                if (request.Action != WriteAction.Stat && (request.Data.Length > 0 || request.Action == WriteAction.Write))
                {
                    upload.Seek(request.Offset);
                    upload.Write(request.Data.Span);
                }

                response.Offset = upload.Length;
                response.Digest = request.Action == WriteAction.Commit ? upload.Commit(request.Total).ToString() : "";
                await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
                if (request.Action == WriteAction.Commit)
                {
                    return;
                }
            }
        }
        finally
        {
            upload?.Dispose();
        }
    }

    private static LayoutUpload Begin(LayoutFolder folder, string expected)
    {
        Digest? digest = expected.Length == 0 ? null : DigestOf(expected);
        return digest is { } known && File.Exists(folder.Locate(known))
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, $"content {known}: already exists"))
            : new LayoutUpload(folder, digest);
    }

    private static FileStream Open(LayoutFolder folder, Digest digest)
    {
        try
        {
            return File.OpenRead(folder.Locate(digest));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(digest);
        }
    }

    private LayoutFolder Find(ServerCallContext context)
    {
        string name = SessionHeaders.First(context, "buildkit-attachable-store-id");
        return layouts.TryGetValue(name, out LayoutFolder? folder) ? folder : throw new RpcException(new Status(StatusCode.NotFound, $"unknown content store \"{name}\""));
    }

    private static Digest DigestOf(string text) => Digest.TryParse(text, out Digest digest) ? digest : throw new RpcException(new Status(StatusCode.InvalidArgument, $"\"{text}\" is no digest"));

    // Builders tell by the status that there is none.
    private static RpcException Missing(Digest digest) => new(new Status(StatusCode.NotFound, $"content {digest}: not found"));
}
