using System.Text;
using Google.Protobuf;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Frontend.Graphs;
using Quai.Frontend.Requests;

namespace Quai.Frontend.Contexts;

/// <summary>Finds the Dockerfile, and what the context is.</summary>
/// <param name="request">The build.</param>
/// <param name="host">Reads files.</param>
internal sealed class ContextLoader(BuildRequest request, IFrontendHost host)
{
    private const string IgnoreName = ".dockerignore";
    private const int HeaderLength = 1024;

    /// <summary>Finds them.</summary>
    /// <exception cref="QuaiException">There is no Dockerfile.</exception>
    public async Task<BuildContext> LoadAsync(CancellationToken cancellation)
    {
        if (GitAddress.Parse(request.Context) is { } git)
        {
            bool keeps = request.Arguments.GetValueOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR", "") is "1" or "true";
            return await RemoteAsync(new Files(GitContext(git, keeps)), request.FileName, cancellation);
        }

        if (Sources.IsWeb(request.Context))
        {
            var download = new Files(Sources.Web(request.Context, "context", "", "[internal] load remote build context"));
            byte[] header = await ReadAsync(download, "context", HeaderLength, cancellation);
            return IsArchive(header) ? await RemoteAsync(Unpacked(download), request.FileName, cancellation) : await RemoteAsync(download, "context", cancellation);
        }

        return await LocalAsync(cancellation);
    }

    /// <summary>The patterns of a directory's <c>.dockerignore</c>; none where it has none.</summary>
    public async Task<IReadOnlyList<string>> IgnoredAsync(string name, string title, CancellationToken cancellation)
    {
        SourceStep step = Sources.Local(name, host.SessionId, title, $"{name}-{IgnoreName}");
        Sources.Follow(step, [IgnoreName]);
        IBuildRef? files = await host.SolveAsync(GraphWriter.Write(new Files(step)), cancellation);
        return await TryReadAsync(files, IgnoreName, cancellation) is { } ignore ? IgnoreFile.Read(ignore) : [];
    }

    private static SourceStep GitContext(GitAddress git, bool keeps) => Sources.Git(git, keeps, $"[internal] load git source {git.Remote}");

    private async Task<BuildContext> LocalAsync(CancellationToken cancellation)
    {
        SourceStep step = Sources.Local(request.FileContextName, host.SessionId, $"[internal] load build definition from {request.FileName}", request.FileContextName);
        string lower = request.FileName.ToLowerInvariant();
        bool isUsual = request.FileName is "Dockerfile";
        Sources.Follow(step, isUsual ? [request.FileName, request.FileName + IgnoreName, lower] : [request.FileName, request.FileName + IgnoreName]);
        step.Attributes["local.differ"] = "none";
        Definition definition = GraphWriter.Write(new Files(step));
        Task<IReadOnlyList<string>> usual = IgnoredAsync(request.ContextName, $"[internal] load {IgnoreName}", cancellation);
        try
        {
            IBuildRef? files = await host.SolveAsync(definition, cancellation);
            string name = request.FileName;
            byte[]? text = await TryReadAsync(files, name, cancellation);
            if (text is null && isUsual)
            {
                name = lower;
                text = await TryReadAsync(files, name, cancellation);
            }

            byte[]? ignore = await TryReadAsync(files, request.FileName + IgnoreName, cancellation);
            SourceInfo source = Source(name, text ?? throw Missing(), definition);
            return new BuildContext(source, null, request.ContextName, ignore is null ? await usual : IgnoreFile.Read(ignore));
        }
        finally
        {
            await ((Task)usual).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<BuildContext> RemoteAsync(Files files, string name, CancellationToken cancellation)
    {
        Definition definition = GraphWriter.Write(files);
        IBuildRef? solved = await host.SolveAsync(definition, cancellation);
        byte[] text = await TryReadAsync(solved, name, cancellation) ?? throw Missing();
        return new BuildContext(Source(name, text, definition), files, "", []);
    }

    private static SourceInfo Source(string name, byte[] text, Definition definition) =>
        new() { Filename = name, Data = ByteString.CopyFrom(text), Language = "Dockerfile", Definition = definition };

    private QuaiException Missing() => new(ErrorKind.InvalidParameter, $"failed to read dockerfile: open {request.FileName}: no such file or directory");

    private async Task<byte[]> ReadAsync(Files files, string name, long length, CancellationToken cancellation)
    {
        IBuildRef? solved = await host.SolveAsync(GraphWriter.Write(files), cancellation);
        return solved is null ? [] : await solved.ReadFileAsync(name, 0, length, cancellation);
    }

    private static async Task<byte[]?> TryReadAsync(IBuildRef? files, string name, CancellationToken cancellation)
    {
        try
        {
            return files is null ? null : await files.ReadFileAsync(name, 0, null, cancellation);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static Files Unpacked(Files download)
    {
        var step = new FileStep(null) { Name = "[internal] extract remote build context" };
        step.Copy(download, new FileActionCopy { Src = "/context", Dest = "/", AttemptUnpackDockerCompatibility = true, Mode = -1, Timestamp = -1 });
        return new Files(step);
    }

    private static bool IsArchive(ReadOnlySpan<byte> header) =>
        header.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) || header.StartsWith("BZh"u8) || header.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a])
        || header.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) || (header.Length >= 262 && Encoding.ASCII.GetString(header[257..262]) == "ustar");
}
