using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary><c>GET /images/json</c>: which images, and how each is shown.</summary>
internal static class ImageList
{
    private static readonly HashSet<string> KnownFilters = ["dangling", "label", "before", "since", "reference", "until"];

    /// <summary>The rows that a request asks for, newest first.</summary>
    public static List<ImageSummary> Select(Backend backend, ApiCall call)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
        if (call.TextOrNull("filter") is { } old && !call.Version.AtLeast(41))
        {
            filters = new Dictionary<string, IReadOnlyList<string>>(filters) { ["reference"] = [old] };
        }

        bool? dangling = Dangling(filters);
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

        IReadOnlyList<string> references = Values(filters, "reference"), labels = Values(filters, "label");
        bool digests = call.Flag("digests") || call.Version.AtLeast(44);
        List<ImageSummary> rows = [];
        foreach (Image image in backend.Images.List())
        {
            DateTimeOffset created = Created(image);
            IEnumerable<string> tags = image.RepoTags;
            if (references.Count > 0)
            {
                tags = [.. image.RepoTags.Where(t => references.Any(r => ReferencePattern.Matches(r, t)))];
                if (!tags.Any() && !image.RepoDigests.Any(d => references.Any(r => ReferencePattern.Matches(r, d))))
                {
                    continue;
                }
            }

            if ((dangling is { } wanted && wanted != (image.RepoTags.Count == 0))
                || (before is { } b && created >= b)
                || (since is { } s && created <= s)
                || !labels.All(l => Labels.Matches(image.Config.Config?.Labels, l)))
            {
                continue;
            }

            rows.Add(Row(image, [.. tags], digests, backend, call.Version));
        }

        return rows;
    }

    /// <summary>A row for an image with these names.</summary>
    public static ImageSummary Row(Image image, List<string> tags, bool digests, Backend backend, ApiVersion version)
    {
        var row = new ImageSummary
        {
            Id = image.Id,
            Created = Created(image).ToUnixTimeSeconds(),
            Labels = image.Config.Config?.Labels is { Count: > 0 } labels ? new(labels) : null,
            RepoTags = tags,
            RepoDigests = digests ? [.. image.RepoDigests] : [],
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

    /// <summary>The <c>dangling</c> filter; null when it is not given.</summary>
    public static bool? Dangling(IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        IReadOnlyList<string> values = Values(filters, "dangling");
        bool yes = values.Any(v => v is "true" or "1"), no = values.Any(v => v is "false" or "0");
        return values.Count == 0 ? null : yes != no ? yes : throw QuaiException.Invalid($"invalid filter 'dangling=[{string.Join(' ', values)}]'");
    }

    /// <summary>The values of a filter.</summary>
    public static IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name) => filters.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];

    /// <summary>When an image was made; the epoch when it does not say.</summary>
    public static DateTimeOffset Created(Image image) => image.Config.Created ?? DateTimeOffset.UnixEpoch;

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one is { } o && o < other ? o : other;
}
