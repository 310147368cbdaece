using System.Text;
using Quai.BuildClient.Builds;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildClient.Layouts;

/// <summary>
/// Caches in folders of this client. Which cache a tag means is looked up here, and noted here in the end.
/// <code>
/// LocalCaches caches = LocalCaches.Open(from, to, warn);
/// // build with caches.From, and offer caches.Folders
/// caches.Note(result.Response);
/// </code>
/// </summary>
public sealed class LocalCaches
{
    private const string Type = "local", Source = "src", Target = "dest", TagName = "tag", DigestName = "digest", LatestTag = "latest";

    private readonly List<(LayoutFolder Folder, string Tag)> _written = [];
    private readonly Dictionary<string, LayoutFolder> _folders = new(StringComparer.Ordinal);

    private LocalCaches(IReadOnlyList<CacheLocation> from) => From = from;

    /// <summary>Caches that are used, each in a folder by its digest.</summary>
    public IReadOnlyList<CacheLocation> From { get; private set; }

    /// <summary>The folders, by the names that the builder knows.</summary>
    public IReadOnlyDictionary<string, LayoutFolder> Folders => _folders;

    /// <summary>Opens them.</summary>
    /// <param name="from">Caches that are used; those that are in no folder are left as they are.</param>
    /// <param name="to">Caches that are written.</param>
    /// <param name="warn">Is told of a folder that has none; it is left out.</param>
    /// <exception cref="QuaiException">A folder does not have the cache that is named, or cannot be made.</exception>
    public static LocalCaches Open(IReadOnlyList<CacheLocation> from, IReadOnlyList<CacheLocation> to, Action<string> warn)
    {
        var caches = new LocalCaches(from);
        if (from.Any(c => c.Type == Type))
        {
            caches.From = [.. from.Select(c => c.Type == Type ? caches.Find(c, warn) : c).OfType<CacheLocation>()];
        }

        foreach (CacheLocation cache in to.Where(c => c.Type == Type))
        {
            string path = cache.Attributes.GetValueOrDefault(Target) is { Length: > 0 } given ? given : throw QuaiException.Invalid("local cache exporter requires dest");
            LayoutFolder folder = caches.Add(path);
            folder.Make();
            caches._written.Add((folder, cache.Attributes.GetValueOrDefault(TagName, LatestTag)));
        }

        return caches;
    }

    /// <summary>Notes in the folders what was written to them.</summary>
    /// <param name="response">What the builder's exporters say.</param>
    public void Note(IReadOnlyDictionary<string, string> response)
    {
        if (_written.Count > 0 && response.TryGetValue("cache.manifest", out string? manifest))
        {
            Descriptor descriptor = ImageJson.ReadDescriptor(Encoding.UTF8.GetBytes(manifest));
            foreach ((LayoutFolder folder, string tag) in _written.Where(w => File.Exists(w.Folder.Locate(Digest.Parse(descriptor.Digest)))))
            {
                folder.Put(descriptor, [new LayoutName(tag)]);
            }
        }
    }

    private CacheLocation? Find(CacheLocation cache, Action<string> warn)
    {
        string path = cache.Attributes.GetValueOrDefault(Source) is { Length: > 0 } given ? given : throw QuaiException.Invalid("local cache importer requires src");
        Dictionary<string, string> attributes = new(cache.Attributes, StringComparer.Ordinal);
        if (attributes.GetValueOrDefault(DigestName) is not { Length: > 0 })
        {
            Descriptor? known;
            try
            {
                known = new LayoutFolder(path).Find(attributes.GetValueOrDefault(TagName, LatestTag));
            }
            catch (QuaiException e)
            {
                warn($"local cache import at {path} not found due to err: {e.Message}");
                return null;
            }

            attributes[DigestName] = known?.Digest ?? throw QuaiException.Invalid("local cache importer requires either explicit digest, \"latest\" tag or custom tag on index.json");
        }

        Add(path);
        return new CacheLocation(Type, attributes);
    }

    private LayoutFolder Add(string path)
    {
        string name = $"{Type}:{path}";
        return _folders.TryGetValue(name, out LayoutFolder? known) ? known : _folders[name] = new LayoutFolder(Path.GetFullPath(path));
    }
}
