using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Engine;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary><c>GET /images/json</c>: which images, and how each is shown.</summary>
internal static class ImageList
{
    private static readonly HashSet<string> KnownFilters = ["dangling", "label", "before", "since", "reference", "until"];

    /// <summary>The rows that a request selects, newest first.</summary>
    public static List<ImageSummary> Select(Backend backend, ApiCall call)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
        if (call.TextOrNull("filter") is { } old && !call.Version.AtLeast(41))
        {
            filters = new Dictionary<string, IReadOnlyList<string>>(filters) { ["reference"] = [old] };
        }

        bool? dangling = filters.Switch("dangling");
        DateTimeOffset? before = null, since = null;
        foreach (string name in Values(filters, "before"))
        {
            before = Earlier(before, Created(backend.Images.Resolve(name)));
        }

        foreach (string text in Values(filters, "until"))
        {
            before = Earlier(before, PastTime.Parse(text, DateTimeOffset.UtcNow));
        }

        foreach (string name in Values(filters, "since"))
        {
            DateTimeOffset created = Created(backend.Images.Resolve(name));
            since = since is { } s && s > created ? s : created;
        }

        if (filters.TryGetValue("reference", out IReadOnlyList<string>? patterns) && patterns.Count == 0)
        {
            return [];
        }

        foreach (string pattern in patterns ?? [])
        {
            ReferencePattern.Check(pattern);
        }

        IReadOnlyList<string> references = patterns ?? [], labels = Values(filters, "label");
        bool digests = call.Flag("digests") || call.Version.AtLeast(44), all = call.Flag("all");
        bool manifests = call.Version.AtLeast(47) && call.Flag("manifests");
        IReadOnlyList<Image> images = backend.Images.List();
        Dictionary<string, int>? users = call.Version.AtLeast(42) && call.Flag("shared-size") ? LayerUsers(images) : null;
        Dictionary<string, string> shared = SharedNames(backend, images);
        List<ImageSummary> rows = [];
        foreach (Image image in images)
        {
            DateTimeOffset? created = image.Config.Created;
            if ((before is { } b && !(created < b)) || (since is { } s && !(created > s)) || !labels.All(l => Labels.Matches(image.Config.Config?.Labels, l)))
            {
                continue;
            }

            // A name of several platforms' images is one row: that which the name stands for here.
            if (!all && image.RepoTags.Count > 0 && image.RepoTags.All(t => shared.TryGetValue(t, out string? first) && first != image.Id))
            {
                continue;
            }

            List<string> tags = Matching(image.RepoTags, references), sums = Matching(image.RepoDigests, references);
            if (tags.Count == 0 && sums.Count == 0)
            {
                // Without a requested name: only those that have none at all, and that no others were made from.
                bool shown = all || image.Children == 0;
                if (!shown || dangling == false || references.Count > 0)
                {
                    continue;
                }
            }

            if (dangling == true && (tags.Count > 0 || image.Children > 0))
            {
                continue;
            }

            ImageSummary row = Row(image, tags, digests ? sums : [], backend, call.Version);
            row.SharedSize = users is null ? -1 : SharedSize(image, users);
            row.Manifests = manifests ? ManifestSummaries.Of(backend.Images, image, id => backend.Containers.UsersOfImage(id).Select(u => u.ContainerId)) : null;
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>A row for an image with these names.</summary>
    public static ImageSummary Row(Image image, List<string> tags, List<string> digests, Backend backend, ApiVersion version)
    {
        var row = new ImageSummary
        {
            Id = image.Id,
            ParentId = image.Parent,
            Created = Created(image).ToUnixTimeSeconds(),
            Labels = image.Config.Config?.Labels is { Count: > 0 } labels ? new(labels) : null,
            RepoTags = tags,
            RepoDigests = digests,
            Size = image.Size,
            VirtualSize = version.AtLeast(44) ? null : image.Size,
            Containers = version.AtLeast(51) ? backend.Containers.UsersOfImage(image.Id).Count : -1,
        };
        if (!version.AtLeast(43) && image.RepoTags.Count == 0)
        {
            row.RepoTags = ["<none>:<none>"];
            row.RepoDigests = row.RepoDigests.Count == 0 ? ["<none>@<none>"] : row.RepoDigests;
        }

        return row;
    }

    /// <summary>The values of a filter.</summary>
    public static IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name) => filters.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];

    /// <summary>When an image was created; the epoch if it does not say.</summary>
    public static DateTimeOffset Created(Image image) => image.Config.Created ?? DateTimeOffset.UnixEpoch;

    private static List<string> Matching(IReadOnlyList<string> names, IReadOnlyList<string> patterns) =>
        [.. names.Where(n => patterns.Count == 0 || patterns.Any(p => ReferencePattern.Matches(p, n)))];

    private static Dictionary<string, string> SharedNames(Backend backend, IReadOnlyList<Image> images) =>
        images.SelectMany(i => i.RepoTags).CountBy(t => t).Where(t => t.Value > 1).ToDictionary(t => t.Key, t => backend.Images.Resolve(t.Key).Id);

    // A stack of layers is identified by its folders: each belongs to one chain only.
    private static Dictionary<string, int> LayerUsers(IReadOnlyList<Image> images) => images.SelectMany(i => i.LayerDirectories).CountBy(l => l).ToDictionary();

    private static long SharedSize(Image image, Dictionary<string, int> users) =>
        image.LayerDirectories.Zip(image.LayerSizes, (folder, size) => users[folder] > 1 ? size : 0).Sum();

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one is { } o && o < other ? o : other;
}
