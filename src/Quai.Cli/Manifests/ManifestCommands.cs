using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;

namespace Quai.Cli.Manifests;

/// <summary><c>quai manifest create</c>.</summary>
internal sealed class CreateManifest : Command
{
    private readonly Flag<bool> _amend;

    public CreateManifest(string path)
        : base(path)
    {
        _amend = Flags.Bool("amend", 'a', "Add to a list that is there");
        Flags.Bool("insecure", '\0', "Accepted and ignored: the daemon knows which registries may be insecure");
    }

    public override string Usage => "MANIFEST_LIST MANIFEST [MANIFEST...]";

    public override string Summary => "Create a local manifest list, to annotate and push";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(2);

    public override int Execute(Session session, List<string> arguments)
    {
        var lists = new LocalLists(session.ConfigFolder);
        string list = arguments[0];
        ImageReference.Check(list);
        if (lists.Exists(list) && !_amend.Value)
        {
            throw new ExitException(1, "refusing to amend an existing manifest list with no --amend flag");
        }

        // All are checked before the first is written: an invalid name changes nothing.
        List<(string Name, ListEntry Entry)> entries = [];
        foreach (string name in arguments.Skip(1))
        {
            RemoteManifest manifest = RemoteManifest.Fetch(session, name);
            entries.Add((name, manifest.IsIndex ? throw new ExitException(1, $"{manifest.Name} is a manifest list") : ListEntry.Of(session, manifest)));
        }

        entries.ForEach(e => lists.Write(list, e.Name, e.Entry));
        session.Out.WriteLine("Created manifest list " + ImageReference.Canonical(list));
        return 0;
    }
}

/// <summary><c>quai manifest annotate</c>.</summary>
internal sealed class AnnotateManifest : Command
{
    private readonly Flag<string> _arch;
    private readonly Flag<string> _os;
    private readonly ListFlag<string> _features;
    private readonly Flag<string> _version;
    private readonly Flag<string> _variant;

    public AnnotateManifest(string path)
        : base(path)
    {
        _arch = Flags.String("arch", '\0', "Set the architecture");
        _os = Flags.String("os", '\0', "Set the operating system");
        _features = Flags.List("os-features", '\0', "Set features of the operating system");
        _version = Flags.String("os-version", '\0', "Set the operating system's version");
        _variant = Flags.String("variant", '\0', "Set the architecture's variant");
    }

    public override string Usage => "[OPTIONS] MANIFEST_LIST MANIFEST";

    public override string Summary => "Say more of an image in a local manifest list";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        var lists = new LocalLists(session.ConfigFolder);
        ListEntry entry = lists.Find(arguments[0], arguments[1]) ?? throw new ExitException(1, $"manifest for image {arguments[1]} does not exist in {arguments[0]}");
        Platform platform = entry.Platform ?? new Platform();
        string? Or(string given, string? before) => given.Length > 0 ? given : before;
        platform = platform with
        {
            Architecture = Or(_arch.Value, platform.Architecture), Os = Or(_os.Value, platform.Os), OsVersion = Or(_version.Value, platform.OsVersion),
            Variant = Or(_variant.Value, platform.Variant), OsFeatures = _features.Values.Count > 0 ? _features.Values : platform.OsFeatures,
        };
        if (!Known(platform))
        {
            throw new ExitException(1, $"manifest entry for image has unsupported os/arch combination: {platform.Os}/{platform.Architecture}");
        }

        lists.Write(arguments[0], arguments[1], entry with { Platform = platform });
        return 0;
    }

    private static bool Known(Platform platform) => platform.Os switch
    {
        "linux" => platform.Architecture is "386" or "amd64" or "arm" or "arm64" or "loong64" or "mips64" or "mips64le" or "ppc64le" or "riscv64" or "s390x",
        "windows" => platform.Architecture is "386" or "amd64" or "arm64",
        "darwin" or "freebsd" or "netbsd" or "openbsd" => platform.Architecture is "386" or "amd64" or "arm" or "arm64",
        _ => false,
    };
}

/// <summary><c>quai manifest inspect</c>.</summary>
internal sealed class InspectManifest : Command
{
    private readonly Flag<bool> _verbose;

    public InspectManifest(string path)
        : base(path)
    {
        Flags.Bool("insecure", '\0', "Accepted and ignored: the daemon knows which registries may be insecure");
        _verbose = Flags.Bool("verbose", 'v', "Tell what a list's entries point at, and digests");
    }

    public override string Usage => "[OPTIONS] [MANIFEST_LIST] MANIFEST";

    public override string Summary => "Show a manifest or manifest list";

    public override ArgumentCount Arguments => new(1, 2);

    public override int Execute(Session session, List<string> arguments)
    {
        var lists = new LocalLists(session.ConfigFolder);
        if (arguments.Count == 2)
        {
            ListEntry entry = lists.Find(arguments[0], arguments[1]) ?? throw new ExitException(1, $"No such manifest: {arguments[1]}");
            session.Out.WriteLine(Indented(RemoteManifest.Fetch(session, entry.Source).Bytes));
            return 0;
        }

        if (lists.Exists(arguments[0]))
        {
            session.Out.WriteLine(Indented(ListEntry.Index(lists.Read(arguments[0]))));
            return 0;
        }

        RemoteManifest manifest = RemoteManifest.Fetch(session, arguments[0]);
        session.Out.WriteLine(_verbose.Value ? Verbose(session, manifest) : Indented(manifest.Bytes));
        return 0;
    }

    private static string Verbose(Session session, RemoteManifest manifest)
    {
        RemoteManifest[] all = manifest.IsIndex ? [.. ListEntry.OfIndex(manifest).Select(e => RemoteManifest.Fetch(session, e.Source))] : [manifest];
        ListEntry[] entries = manifest.IsIndex ? [.. ListEntry.OfIndex(manifest)] : [ListEntry.Of(session, manifest)];
        List<VerboseManifest> shown = [.. all.Zip(entries, (one, entry) => Verbose(manifest.IsIndex ? $"{manifest.Name}@{one.Digest}" : manifest.Name, one, entry.Platform))];
        return Indented(manifest.IsIndex
            ? JsonSerializer.SerializeToUtf8Bytes(shown, ManifestJson.Default.ListVerboseManifest)
            : JsonSerializer.SerializeToUtf8Bytes(shown[0], ManifestJson.Default.VerboseManifest));
    }

    private static VerboseManifest Verbose(string name, RemoteManifest manifest, Platform? platform)
    {
        bool oci = manifest.MediaType.Contains("oci", StringComparison.Ordinal);
        JsonElement document = JsonElement.Parse(manifest.Bytes);
        return new VerboseManifest(
            name, new VerboseDescriptor(manifest.MediaType, manifest.Digest, manifest.Bytes.Length, platform), manifest.Bytes, oci ? document : null, oci ? null : document);
    }

    private static string Indented(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

/// <summary><c>quai manifest push</c>.</summary>
internal sealed class PushManifest : Command
{
    private readonly Flag<bool> _purge;

    public PushManifest(string path)
        : base(path)
    {
        Flags.Bool("insecure", '\0', "Accepted and ignored: the daemon knows which registries may be insecure");
        _purge = Flags.Bool("purge", 'p', "Remove the local list afterwards");
    }

    public override string Usage => "[OPTIONS] MANIFEST_LIST";

    public override string Summary => "Push a manifest list to a registry";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        var lists = new LocalLists(session.ConfigFolder);
        IReadOnlyList<ListEntry> entries = lists.Read(arguments[0]);
        if (entries.FirstOrDefault(e => e.Platform is null or { Os: "" } or { Architecture: "" }) is { } vague)
        {
            throw new ExitException(1, $"manifest {vague.Source} must have an OS and Architecture to be pushed to a registry");
        }

        session.Out.WriteLine(RemoteManifest.Push(session, arguments[0], ListEntry.Index(entries), entries.Select(e => e.Source)));
        if (_purge.Value)
        {
            lists.Remove(arguments[0]);
        }

        return 0;
    }
}

/// <summary><c>quai manifest rm</c>.</summary>
internal sealed class RemoveManifest(string path) : Command(path)
{
    public override string Usage => "MANIFEST_LIST [MANIFEST_LIST...]";

    public override string Summary => "Remove local manifest lists";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) =>
        session.ForEach(arguments, new LocalLists(session.ConfigFolder).Remove, print: false);
}
