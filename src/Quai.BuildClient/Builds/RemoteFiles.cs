using Grpc.Core;
using Quai.BuildClient.Builders;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;

namespace Quai.BuildClient.Builds;

/// <summary>Files of a result that is still at the builder, as long as its build goes on.</summary>
public sealed class RemoteFiles
{
    private readonly LLBBridge.LLBBridgeClient _gateway;
    private readonly Func<Metadata> _header;
    private readonly RemoteSource _source;
    private readonly string _ref;

    internal RemoteFiles(LLBBridge.LLBBridgeClient gateway, Func<Metadata> header, RemoteSource source, LinkedBuild build)
        : this(gateway, header, source, build.Result.Ref?.Id ?? "")
    {
    }

    private RemoteFiles(LLBBridge.LLBBridgeClient gateway, Func<Metadata> header, RemoteSource source, string reference)
    {
        _gateway = gateway;
        _header = header;
        _source = source;
        _ref = reference;
    }

    /// <summary>Reads a file; null where there is none.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="length">The most bytes; 0 for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BuilderException">It cannot be read.</exception>
    public async Task<byte[]?> TryReadAsync(string path, long length, CancellationToken cancellation)
    {
        try
        {
            await _gateway.StatFileAsync(new StatFileRequest { Ref = _ref, Path = path }, _header(), cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unknown)
        {
            // BuildKit's daemon says no more than that it cannot.
            return null;
        }

        var request = new ReadFileRequest { Ref = _ref, FilePath = path, Range = length == 0 ? null : new FileRange { Length = length } };
        ReadFileResponse answer = await BuilderException.TranslateAsync(() => _gateway.ReadFileAsync(request, _header(), cancellationToken: cancellation).ResponseAsync, cancellation).ConfigureAwait(false);
        return answer.Data.ToByteArray();
    }

    /// <summary>The files of the archive that the only file is.</summary>
    /// <exception cref="BuilderException">It cannot be unpacked.</exception>
    public async Task<RemoteFiles> UnpackAsync(CancellationToken cancellation)
    {
        Definition graph = _source.Unpacked();
        BuildProtocol.Gateway.SolveResponse answer = await BuilderException.TranslateAsync(
            () => _gateway.SolveAsync(new SolveRequest { Definition = graph, AllowResultReturn = true, AllowResultArrayRef = true }, _header(), cancellationToken: cancellation).ResponseAsync, cancellation)
            .ConfigureAwait(false);
        return new RemoteFiles(_gateway, _header, _source, answer.Result?.Ref?.Id ?? "");
    }
}
