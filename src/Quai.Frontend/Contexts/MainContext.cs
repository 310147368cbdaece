using Google.Protobuf;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Addresses;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Frontend.Graph;
using Quai.Oci.Images;

namespace Quai.Frontend.Contexts;

/// <summary>The build's context, and the Dockerfile: from the client, from a graph it gave, from a repository, or from an address.</summary>
internal sealed class MainContext
{
    private const string Ignore = ".dockerignore", Usual = "Dockerfile", Downloaded = "context";

    private readonly IFrontendHost _host;
    private readonly string _local, _dockerfileLocal;
    private Output? _context, _dockerfile;
    private string _file;
    private byte[]? _ignore;

    private MainContext(IFrontendHost host, FrontendRequest request, string file)
    {
        (_host, _file) = (host, file);
        _local = request.Attributes.GetValueOrDefault("contextkey", "context");
        _dockerfileLocal = request.Attributes.GetValueOrDefault("dockerfilekey", "dockerfile");
    }

    /// <summary>Whether it is the client's, so that a <c>.dockerignore</c> counts.</summary>
    public bool IsLocal => _context is null;

    /// <summary>Finds out what it is.</summary>
    public static async Task<MainContext> FindAsync(IFrontendHost host, FrontendRequest request, string file, CancellationToken cancellation)
    {
        var context = new MainContext(host, request, file);
        bool ownDockerfile = request.Attributes.ContainsKey("dockerfilekey");
        string address = request.Attributes.GetValueOrDefault(context._local, "");
        if (GitAddress.Find(address) is { } git)
        {
            bool keeps = request.Attributes.GetValueOrDefault("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR") is "1" or "true";
            context._context = Sources.Git(git, keeps, "", "[internal] load git source " + address).First;
        }
        else if (address.StartsWith("http://", StringComparison.Ordinal) || address.StartsWith("https://", StringComparison.Ordinal))
        {
            await context.DownloadAsync(address, cancellation).ConfigureAwait(false);
        }
        else
        {
            context._context = Input(request, "context");
            context._dockerfile = Input(request, context._dockerfileLocal);
        }

        context._dockerfile = ownDockerfile ? null : context._dockerfile ?? context._context;
        if (context._context is { } whole && request.Attributes.GetValueOrDefault("contextsubdir") is { Length: > 0 } directory)
        {
            context._context = Copied(whole, directory, unpacks: false);
        }

        return context;
    }

    /// <summary>Reads the Dockerfile.</summary>
    /// <exception cref="QuaiException">There is none.</exception>
    public async Task<LoadedDockerfile> ReadDockerfileAsync(CancellationToken cancellation)
    {
        bool usual = SlashPaths.Base(_file) == Usual;
        string lower = usual ? _file[..^Usual.Length] + "dockerfile" : "";
        Output source = _dockerfile
            ?? Sources.Local(_dockerfileLocal, _host.SessionId, _dockerfileLocal, "[internal] load build definition from " + _file, [_file, _file + Ignore, .. usual ? new[] { lower } : []]).First;
        Definition definition = GraphWriter.Write(source);
        IBuildRef files = await _host.SolveAsync(definition, cancellation).ConfigureAwait(false) ?? throw QuaiException.NotFound($"failed to read dockerfile: open {_file}: no such file or directory");
        byte[] text = await TryReadAsync(files, _file, cancellation).ConfigureAwait(false)
            ?? (usual ? await TryReadAsync(files, lower, cancellation).ConfigureAwait(false) : null)
            ?? throw QuaiException.NotFound($"failed to read dockerfile: open {_file}: no such file or directory");
        byte[]? ignore = await TryReadAsync(files, _file + Ignore, cancellation).ConfigureAwait(false);
        _ignore = ignore;
        return new LoadedDockerfile(
            new SourceInfo { Filename = _file, Data = ByteString.CopyFrom(text), Language = Usual, Definition = definition },
            Op.Parser.ParseFrom(definition.Def[^1]).Inputs[0].Digest, ignore);
    }

    /// <summary>The patterns of what is left out.</summary>
    public async Task<IReadOnlyList<string>> IgnoredAsync(CancellationToken cancellation)
    {
        if (!IsLocal)
        {
            return [];
        }

        if (_ignore is null)
        {
            Vertex source = Sources.Local(_local, _host.SessionId, $"{_local}-{Ignore}", $"[internal] load {Ignore}", [Ignore]);
            IBuildRef? files = await _host.SolveAsync(GraphWriter.Write(source.First), cancellation).ConfigureAwait(false);
            _ignore = files is null ? [] : await TryReadAsync(files, Ignore, cancellation).ConfigureAwait(false) ?? [];
        }

        return IgnoreFile.Read(_ignore);
    }

    /// <summary>Its files.</summary>
    /// <param name="paths">The paths that are wanted; none for all.</param>
    /// <param name="ignored">The patterns of what is left out.</param>
    public Output Files(IReadOnlyList<string> paths, IReadOnlyList<string> ignored) =>
        _context ?? Sources.Local(_local, _host.SessionId, _local, "[internal] load build context", paths, ignored).First;

    private static Output? Input(FrontendRequest request, string name) => request.Inputs.TryGetValue(name, out Definition? definition) ? GraphWriter.Read(definition) : null;

    private static async Task<byte[]?> TryReadAsync(IBuildRef files, string path, CancellationToken cancellation)
    {
        try
        {
            return await files.ReadFileAsync(path, 0, null, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static Output Copied(Output from, string path, bool unpacks)
    {
        var copy = new FileActionCopy { Src = SlashPaths.Join("/", path), Dest = "/", DirCopyContents = !unpacks, AttemptUnpackDockerCompatibility = unpacks, Mode = -1, Timestamp = -1 };
        var action = new FileAction { Input = -1, SecondaryInput = 0, Output = 0, Copy = copy };
        return new Vertex(new Op { File = new FileOp { Actions = { action } }, Platform = Platforms.Message(Oci.Images.Platform.Host) }, [from]).First;
    }

    private async Task DownloadAsync(string address, CancellationToken cancellation)
    {
        Output file = Sources.Http(address, Downloaded, "", "[internal] load remote build context").First;
        IBuildRef? files = await _host.SolveAsync(GraphWriter.Write(file), cancellation).ConfigureAwait(false);
        byte[] head = files is null ? [] : await files.ReadFileAsync(Downloaded, 0, 1024, cancellation).ConfigureAwait(false);
        if (IsArchive(head))
        {
            _context = Copied(file, Downloaded, unpacks: true);
            return;
        }

        (_file, _context) = (Downloaded, file);
    }

    /// <summary>Whether a file is compressed, or a tar archive by the checksum in its header.</summary>
    private static bool IsArchive(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("BZh"u8) || head.StartsWith<byte>([0x1f, 0x8b, 0x08]) || head.StartsWith<byte>([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))
        {
            return true;
        }

        const int header = 512, checksumAt = 148, checksumLength = 8;
        if (head.Length < header)
        {
            return false;
        }

        int sum = 0, stated = 0;
        for (int at = 0; at < header; at++)
        {
            sum += at is >= checksumAt and < checksumAt + checksumLength ? ' ' : head[at];
        }

        foreach (byte digit in head.Slice(checksumAt, checksumLength))
        {
            stated = digit is >= (byte)'0' and <= (byte)'7' ? (stated * 8) + digit - '0' : stated;
        }

        return sum == stated;
    }
}
