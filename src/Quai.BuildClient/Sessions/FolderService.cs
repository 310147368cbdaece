using Google.Protobuf;
using Grpc.Core;
using Quai.BuildClient.Files;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Files;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;
using static Quai.BuildProtocol.Files.Packet.Types;

namespace Quai.BuildClient.Sessions;

/// <summary>Sends folders: the context, the Dockerfile's, named contexts. The builder says which files it wants, by the patterns of the ignore file, too.</summary>
/// <param name="folders">The folders by the names that the builder knows.</param>
internal sealed class FolderService(IReadOnlyDictionary<string, string> folders) : FileSync.FileSyncBase
{
    /// <inheritdoc/>
    public override async Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context)
    {
        string name = SessionHeaders.First(context, "dir-name");
        if (!folders.TryGetValue(name, out string? folder))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{name}\""));
        }

        PacketExchange exchange = PacketExchange.Serving(requestStream, responseStream);
        try
        {
            IReadOnlyList<string> include = SessionHeaders.All(context, "include-patterns"), exclude = SessionHeaders.All(context, "exclude-patterns"), follow = SessionHeaders.All(context, "followpaths");
            ISentTree tree = new LocalTree(folder, include, exclude, follow);
            await new TreeSender(exchange, tree).RunAsync(context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or QuaiException or LinuxException)
        {
            // The other side reads packets, and learns the reason by one.
            await exchange.SendAsync(new Packet { Type = PacketType.PacketErr, Data = ByteString.CopyFromUtf8(e.Message) }, more: false, context.CancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task TarStream(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context) =>
        // By its name an archive, by what is sent the same packets.
        DiffCopy(requestStream, responseStream, context);
}
