using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary><c>POST /images/prune</c>: untagged images by default, with <c>dangling=false</c> all that no container uses. What unfinished pulls left goes too.</summary>
internal static class ImagePrune
{
    private static readonly HashSet<string> KnownFilters = ["dangling", "label", "label!", "until"];

    /// <summary>Removes them. One that comes into use meanwhile is left.</summary>
    public static async Task<ImagesPruneResponse> RunAsync(Backend backend, ApiCall call)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
        bool danglingOnly = ImageList.Dangling(filters) ?? true;
        DateTimeOffset? until = null;
        foreach (string text in ImageList.Values(filters, "until"))
        {
            until = PastTime.Parse(text, DateTimeOffset.UtcNow);
        }

        List<ImageDeleteItem> deleted = [];
        long bytes = 0;
        foreach (Image image in backend.Images.List())
        {
            if ((danglingOnly && image.RepoTags.Count > 0)
                || (until is { } limit && ImageList.Created(image) >= limit)
                || !Labels.Pass(image.Config.Config?.Labels, filters)
                || backend.Containers.UsersOfImage(image.Id).Count > 0)
            {
                continue;
            }

            try
            {
                IReadOnlyList<ImageDeleted> removed = await backend.Images.RemoveAsync(image.Id, force: true, noPrune: false, backend.Containers.UsersOfImage, call.Gone);
                deleted.AddRange(removed.Select(ImageRoutes.Item));
                bytes += removed.Any(r => r.Deleted == image.Id) ? image.Size : 0;
            }
            catch (QuaiException e) when (e.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
            {
                // Somebody was quicker.
            }
        }

        if (!filters.Keys.Any(k => k != "dangling"))
        {
            bytes += await backend.Registries.SweepUnfinishedAsync(all: true, call.Gone);
        }

        return new(deleted.Count == 0 ? null : deleted, bytes);
    }
}
