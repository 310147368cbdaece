using System.Globalization;
using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Engine;
using Quai.Errors;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary><c>POST /images/prune</c>: untagged images by default, with <c>dangling=false</c> all that no container uses. Leftovers of unfinished pulls are removed too.</summary>
internal sealed class ImagePrune(Backend backend)
{
    private static readonly HashSet<string> KnownFilters = ["dangling", "label", "label!", "until"];

    private int _running;

    /// <summary>Removes them, newest first, so that derived images are removed before their parents. One that comes into use meanwhile is left.</summary>
    /// <exception cref="QuaiException">Kind Conflict: one prune is running already.</exception>
    public async Task<ImagesPruneResponse> RunAsync(ApiCall call)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw QuaiException.Conflict("a prune operation is already running");
        }

        try
        {
            return await RunOnceAsync(call);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task<ImagesPruneResponse> RunOnceAsync(ApiCall call)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
        bool danglingOnly = filters.Switch("dangling") ?? true;
        DateTimeOffset? until = Until(filters);
        List<ImageDeleteItem> deleted = [];
        long bytes = 0;
        foreach (Image image in backend.Images.List())
        {
            if (call.Gone.IsCancellationRequested)
            {
                break;
            }

            if ((danglingOnly && image.RepoTags.Count > 0)
                || (until is { } limit && !(image.Config.Created <= limit))
                || !Labels.Pass(image.Config.Config?.Labels, filters)
                || await backend.Images.RemoveUnusedAsync(image.Id, danglingOnly, backend.Containers.UsersOfImage, CancellationToken.None) is not { } removed)
            {
                continue;
            }

            deleted.AddRange(removed.Done.Select(ImageRoutes.Item));
            bytes += removed.Bytes;
        }

        if (!filters.Keys.Any(k => k != "dangling"))
        {
            bytes += await backend.Registries.SweepUnfinishedAsync(all: true, call.Gone);
        }

        backend.Events.Publish("image", "prune", "", new Dictionary<string, string> { ["reclaimed"] = bytes.ToString(CultureInfo.InvariantCulture) });
        return new(deleted.Count == 0 ? null : deleted, bytes);
    }

    private static DateTimeOffset? Until(IReadOnlyDictionary<string, IReadOnlyList<string>> filters) => ImageList.Values(filters, "until") switch
    {
        [] => null,
        [var one] => PastTime.Parse(one, DateTimeOffset.UtcNow),
        _ => throw QuaiException.Invalid("more than one until filter specified"),
    };
}
