using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Daemon.Images;

/// <summary>Images: list, inspect, history, tag, delete, prune.</summary>
internal static class ImageRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IImageStore images = backend.Images;
        var prune = new ImagePrune(backend);
        router
            .Add("GET", "/images/json", async call =>
            {
                List<ImageSummary> list = ImageList.Select(backend, call);
                await call.Answer(list, Json.Types.ListImageSummary);
            })
            .Add("GET", "/images/{name}/json", call => call.Answer(Inspect(backend, call), Json.Edited.JsonObject))
            .Add("GET", "/images/{name}/history", call =>
            {
                List<ImageHistoryItem> items =
                [
                    .. images.History(call.Name, PlatformParameter.Read(call, 48)).Select(h => new ImageHistoryItem
                    {
                        Id = h.Id,
                        Created = h.Created.ToUnixTimeSeconds(),
                        CreatedBy = h.CreatedBy,
                        Tags = h.Tags.Count == 0 ? null : [.. h.Tags],
                        Size = h.Size,
                        Comment = h.Comment,
                    }),
                ];
                return call.Answer(items, Json.Types.ListImageHistoryItem);
            })
            .Add("POST", "/images/{name}/tag", async call =>
            {
                string repository = call.TextOrNull("repo") ?? throw QuaiException.Invalid("invalid reference format: repository name must have at least one component");
                await images.TagAsync(call.Name, repository, call.TextOrNull("tag"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status201Created);
            })
            .Add("POST", "/images/prune", async call => await call.Answer(await prune.RunAsync(call), Json.Types.ImagesPruneResponse))
            .Add("DELETE", "/images/{name}", async call =>
            {
                IReadOnlyList<ImageDeleted> deleted = await images.RemoveAsync(
                    call.Name, call.Flag("force"), call.Flag("noprune"), backend.Containers.UsersOfImage, ApiCall.ToTheEnd, PlatformParameter.ReadAll(call, 50));
                await call.Answer([.. deleted.Select(Item)], Json.Types.ListImageDeleteItem);
            });
    }

    private static JsonObject Inspect(Backend backend, ApiCall call)
    {
        Platform? platform = PlatformParameter.Read(call, 49);
        bool manifests = call.Version.AtLeast(48) && call.Flag("manifests");
        if (manifests && platform is not null)
        {
            throw QuaiException.Invalid("conflicting options: manifests and platform options cannot both be set");
        }

        IImageStore images = backend.Images;
        Image image = images.Resolve(call.Name, platform);
        JsonObject document = ImageDocument.Inspect(image, call.Version);
        if (manifests)
        {
            document["Manifests"] = ManifestSummaries.Of(images, image, id => backend.Containers.UsersOfImage(id).Select(u => u.ContainerId));
        }

        return document;
    }

    /// <summary>One thing that was removed.</summary>
    public static ImageDeleteItem Item(ImageDeleted deleted) => new() { Untagged = deleted.Untagged, Deleted = deleted.Deleted };
}
