using System.Collections.Frozen;
using Microsoft.Data.Sqlite;
using Quai.Content.Records;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>
/// All images in memory, read from the database and read again after every change: images change seldom and are looked up often.
/// </summary>
internal sealed class ImageCatalog
{
    private readonly MetadataDatabase _database;
    private readonly string _snapshots;
    private readonly Lock _reloading = new();
    private volatile State _state = new([], FrozenDictionary<string, StoredImage>.Empty, FrozenDictionary<string, StoredImage[]>.Empty);

    public ImageCatalog(MetadataDatabase database, string snapshots)
    {
        _database = database;
        _snapshots = snapshots;
        Reload();
    }

    /// <summary>All, newest first.</summary>
    public IReadOnlyList<StoredImage> All => _state.All;

    public StoredImage? ById(string id) => _state.ById.GetValueOrDefault(id);

    /// <summary>The image with a name; of several platforms' images the one that fits this machine best.</summary>
    public StoredImage? ByName(ImageReference name) => AllByName(name) is [var first, ..] ? first : null;

    /// <summary>All images with a name: the one that fits this machine best first.</summary>
    public IReadOnlyList<StoredImage> AllByName(ImageReference name) => _state.ByName.GetValueOrDefault(name.Canonical) ?? [];

    /// <summary>
    /// Finds by name, full id or the beginning of an id, in Docker's order: a name takes precedence over an id with the same beginning.
    /// </summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="platform">The platform that the image must run on; null for any, this machine's before others.</param>
    /// <exception cref="ImageNotFoundException">There is none, or several ids match.</exception>
    /// <exception cref="QuaiException">Kind NotFound: there is one, but for another platform.</exception>
    public StoredImage Find(string text, Platform? platform = null)
    {
        IReadOnlyList<StoredImage> found = FindAll(text);
        if (platform is null)
        {
            return found[0];
        }

        StoredImage? best = found.Where(i => Score(platform, i) > 0).MaxBy(i => Score(platform, i));
        return best ?? throw QuaiException.NotFound(
            $"image with reference {text} was found but does not match the specified platform: wanted {platform}, actual: {string.Join(", ", found.Select(i => i.Image.Platform))}");
    }

    /// <summary>Finds everything that a name, an id or the beginning of an id stands for: several only if a name has several platforms' images.</summary>
    /// <exception cref="ImageNotFoundException">There is none, or several ids match.</exception>
    public IReadOnlyList<StoredImage> FindAll(string text)
    {
        State state = _state;
        if (Digest.TryParse(text, out Digest digest) || Digest.TryParse("sha256:" + text, out digest))
        {
            return [state.ById.GetValueOrDefault(digest.ToString()) ?? throw new ImageNotFoundException(text)];
        }

        string shown = text;
        if (ImageReference.TryParse(text, out ImageReference? name))
        {
            name = name.WithDefaultTag();
            shown = name.Familiar;

            // With both, the digest identifies the image and the tag is only for people to read.
            if (state.ByName.TryGetValue((name.Digest is null ? name : name with { Tag = null }).Canonical, out StoredImage[]? named))
            {
                return named;
            }
        }
        else if (!text.StartsWith("sha256:", StringComparison.Ordinal))
        {
            // Says what is wrong with the name.
            ImageReference.Parse(text);
        }

        StoredImage? found = null;
        foreach (StoredImage image in state.All)
        {
            if (IsIdPrefix(image.Image.Id, text))
            {
                found = found is null ? image : throw new ImageNotFoundException(shown);
            }
        }

        return [found ?? throw new ImageNotFoundException(shown)];
    }

    /// <summary>Whether the text is the beginning of an id, with or without its algorithm.</summary>
    public static bool IsIdPrefix(string id, string text) =>
        text.Length > 0 && (id.AsSpan("sha256:".Length).StartsWith(text) || (text.Length > "sha256:".Length && id.StartsWith(text, StringComparison.Ordinal)));

    /// <summary>Whether an image runs natively on a platform.</summary>
    public static bool Suits(Platform platform, StoredImage image) => Score(platform, image) > 0;

    /// <summary>Reads everything again.</summary>
    public void Reload()
    {
        lock (_reloading)
        {
            _state = _database.Read(Load);
        }
    }

    private State Load(SqliteConnection connection)
    {
        // One transaction, so that all queries see the same images.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        ILookup<string, ImageReference> names = NameTable.All(connection).ToLookup(r => r.Id, r => r.Name);
        Dictionary<string, LayerRecord> unpacked = ContentRecords.Layers(connection).ToDictionary(l => l.ChainId);
        ILookup<string, LayerRecord> layers = connection
            .Rows("SELECT image_id, chain_id FROM image_layers ORDER BY image_id, position", r => (Id: r.GetString(0), ChainId: r.GetString(1)))
            .Where(r => unpacked.ContainsKey(r.ChainId))
            .ToLookup(r => r.Id, r => unpacked[r.ChainId]);
        State old = _state;
        List<(string Id, string Parent)> parents = connection.Rows("SELECT i.id, p.id FROM images i JOIN images p ON p.id=i.parent", r => (r.GetString(0), r.GetString(1)));
        Dictionary<string, string> parentOf = parents.ToDictionary(p => p.Id, p => p.Parent);
        Dictionary<string, int> children = parents.CountBy(p => p.Parent).ToDictionary();
        List<StoredImage> all = connection.Rows(
            "SELECT id, config, manifest, tagged FROM images",
            r => Make(
                r.GetString(0), (byte[])r.GetValue(1), r.GetString(2), r.IsDBNull(3) ? null : new DateTimeOffset(r.GetInt64(3), TimeSpan.Zero),
                parentOf.GetValueOrDefault(r.GetString(0), ""), children.GetValueOrDefault(r.GetString(0)), names, layers, old));
        all.Sort((a, b) => Nullable.Compare(b.Image.Config.Created, a.Image.Config.Created) is var c and not 0 ? c : string.CompareOrdinal(a.Image.Id, b.Image.Id));
        return new State(
            [.. all],
            all.ToFrozenDictionary(i => i.Image.Id),
            all.SelectMany(i => i.Names, (i, n) => (Image: i, Name: n.Canonical)).GroupBy(p => p.Name, p => p.Image)
                .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(i => Score(Platform.Host, i)).ThenBy(i => i.Image.Id, StringComparer.Ordinal).ToArray()));
    }

    private StoredImage Make(
        string id, byte[] json, string manifest, DateTimeOffset? tagged, string parent, int children, ILookup<string, ImageReference> names, ILookup<string, LayerRecord> layers, State old)
    {
        // Configs never change under an id: parse each once.
        ImageConfig config = old.ById.TryGetValue(id, out StoredImage? known) ? known.Image.Config : ImageJson.ReadConfig(json);
        LayerRecord[] stack = [.. layers[id]];
        ImageReference[] references = [.. names[id]];
        IEnumerable<LayerRecord> topFirst = stack.Reverse();
        var image = new Image(
            id,
            config,
            [.. references.Where(n => n.Digest is null).Select(n => n.Familiar)],
            [.. references.Where(n => n.Digest is not null).Select(n => n.Familiar)],
            stack.Sum(l => l.Size),
            manifest,
            [.. topFirst.Select(l => $"{_snapshots}/{l.Directory}")])
        {
            LayerSizes = [.. topFirst.Select(l => l.Size)],
            Parent = parent,
            Tagged = tagged,
            Children = children,
        };
        return new StoredImage(image, stack, references);
    }

    private static int Score(Platform wanted, StoredImage image)
    {
        ImageConfig config = image.Image.Config;
        return wanted.Score(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant });
    }

    private sealed record State(IReadOnlyList<StoredImage> All, FrozenDictionary<string, StoredImage> ById, FrozenDictionary<string, StoredImage[]> ByName);
}
