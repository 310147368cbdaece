using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;

namespace Quai.Cli.Manifests;

/// <summary><c>quai imagetools inspect</c>: what a registry has under a name.</summary>
internal sealed class InspectRemote : Command
{
    private readonly Flag<bool> _raw;

    public InspectRemote(string path)
        : base(path) => _raw = Flags.Bool("raw", '\0', "Print the manifest as it is");

    public override string Usage => "[OPTIONS] NAME";

    public override string Summary => "Show what a registry has under a name";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        RemoteManifest manifest = RemoteManifest.Fetch(session, arguments[0]);
        if (_raw.Value)
        {
            session.Out.Write(Encoding.UTF8.GetString(manifest.Bytes));
            return 0;
        }

        session.Out.WriteLine($"Name:      {manifest.Name}");
        session.Out.WriteLine($"MediaType: {manifest.MediaType}");
        session.Out.WriteLine($"Digest:    {manifest.Digest}");
        if (!manifest.IsIndex)
        {
            return 0;
        }

        session.Out.WriteLine("           ");
        session.Out.WriteLine("Manifests: ");
        foreach (ListEntry entry in ListEntry.OfIndex(manifest))
        {
            session.Out.WriteLine($"  Name:      {manifest.Name}@{entry.Digest}");
            session.Out.WriteLine($"  MediaType: {entry.MediaType}");
            if (entry.Platform is { } platform)
            {
                session.Out.WriteLine($"  Platform:  {platform}");
            }

            session.Out.WriteLine("             ");
        }

        return 0;
    }
}

/// <summary><c>quai imagetools create</c>: creates a manifest list from images in registries, under new names.</summary>
internal sealed class CreateRemote : Command
{
    private readonly ListFlag<string> _annotations;
    private readonly Flag<bool> _append;
    private readonly Flag<bool> _dryRun;
    private readonly ListFlag<string> _tags;

    public CreateRemote(string path)
        : base(path)
    {
        _annotations = Flags.List("annotation", '\0', "Annotate the list (KEY=VALUE)");
        _append = Flags.Bool("append", '\0', "Add to the list that is there");
        _dryRun = Flags.Bool("dry-run", '\0', "Print the list and push nothing");
        _tags = Flags.List("tag", 't', "Name of the new list");
    }

    public override string Usage => "[OPTIONS] SOURCE [SOURCE...]";

    public override string Summary => "Make a manifest list of images in registries";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_tags.Values.Count == 0 && !_dryRun.Value)
        {
            throw new ExitException(1, "can't push with no tags specified, please set --tag or --dry-run");
        }

        Dictionary<string, string> annotations = [];
        foreach (string text in _annotations.Values)
        {
            string pair = text.StartsWith("index:", StringComparison.Ordinal) ? text["index:".Length..] : text;
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            annotations[equals > 0 ? pair[..equals] : throw new ExitException(1, $"invalid annotation \"{text}\": expected KEY=VALUE")] = pair[(equals + 1)..];
        }

        List<ListEntry> entries = [];
        IEnumerable<string> sources = _append.Value && _tags.Values.Count > 0 ? arguments.Prepend(_tags.Values[0]) : arguments;
        foreach (string source in sources)
        {
            RemoteManifest manifest = RemoteManifest.Fetch(session, source);
            foreach (ListEntry entry in manifest.IsIndex ? ListEntry.OfIndex(manifest) : [ListEntry.Of(session, manifest)])
            {
                // A later source's image replaces an earlier one's for the same platform.
                entries.RemoveAll(e => e.Digest == entry.Digest || (entry.Platform is not null && e.Platform?.ToString() == entry.Platform.ToString() && entry.Platform.Os != "unknown"));
                entries.Add(entry);
            }
        }

        byte[] index = ListEntry.Index(entries, annotations);
        if (_dryRun.Value)
        {
            session.Out.WriteLine(Encoding.UTF8.GetString(index));
            return 0;
        }

        foreach (string tag in _tags.Values)
        {
            string digest = RemoteManifest.Push(session, tag, index, entries.Select(e => e.Source));
            session.Out.WriteLine($"{ImageReference.Canonical(tag)}@{digest}");
        }

        return 0;
    }
}
