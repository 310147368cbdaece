using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Daemon.Http;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary>The <c>Manifests</c> of an image in lists and in inspect (swagger: ImageManifestSummary).</summary>
internal static class ManifestSummaries
{
    /// <summary>All manifests of an image.</summary>
    /// <param name="images">The store.</param>
    /// <param name="image">The image.</param>
    /// <param name="containersOf">Returns the ids of an image's containers.</param>
    public static JsonArray Of(IImageStore images, Image image, Func<string, IEnumerable<string>> containersOf) =>
        [.. images.Manifests(image.Id).Select(m => (JsonNode)Summary(m, containersOf))];

    private static JsonObject Summary(ImageManifest manifest, Func<string, IEnumerable<string>> containersOf)
    {
        var summary = new JsonObject
        {
            ["ID"] = manifest.Descriptor.Digest,
            ["Descriptor"] = JsonSerializer.SerializeToNode(manifest.Descriptor, Json.Edited.Descriptor),
            ["Available"] = manifest.ImageId is not null,
            ["Size"] = new JsonObject { ["Content"] = manifest.ContentSize, ["Total"] = manifest.ContentSize + manifest.UnpackedSize },
            ["Kind"] = manifest.Kind,
        };
        if (manifest.Kind == "image")
        {
            summary["ImageData"] = new JsonObject
            {
                ["Platform"] = manifest.Platform is { } platform ? JsonSerializer.SerializeToNode(platform, Json.Edited.PlatformDescription) : new JsonObject(),
                ["Containers"] = new JsonArray([.. (manifest.ImageId is { } id ? containersOf(id) : []).Select(c => JsonValue.Create(c))]),
                ["Size"] = new JsonObject { ["Unpacked"] = manifest.UnpackedSize },
            };
        }
        else if (manifest.Kind == "attestation")
        {
            summary["AttestationData"] = new JsonObject { ["For"] = manifest.AttestedDigest ?? "" };
        }

        return summary;
    }
}
