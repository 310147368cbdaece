using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Engine;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Daemon.Images;

/// <summary><c>GET /images/{name}/json</c>, in each version's form.</summary>
internal static class ImageDocument
{
    /// <summary>Members of a container's configuration that images do not have: shown, always empty, until 1.50.</summary>
    private static readonly string[] NotOfImages = ["Hostname", "Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image"];

    private static readonly string[] OmittedWhenEmpty = ["Cmd", "Entrypoint", "Env", "Labels", "OnBuild", "User", "Volumes", "WorkingDir"];

    private static readonly string[] OwnOmittedWhenEmpty = ["Parent", "Comment", "DockerVersion", "Author"];

    /// <summary>An image as <c>docker inspect</c> shows it.</summary>
    public static JsonObject Inspect(Image image, ApiVersion version)
    {
        ImageConfig config = image.Config;
        var inspect = new ImageInspect
        {
            Id = image.Id,
            Parent = image.Parent,
            RepoTags = [.. image.RepoTags],
            RepoDigests = [.. image.RepoDigests],
            Comment = config.Comment ?? config.History?.LastOrDefault()?.Comment ?? "",
            Created = config.Created?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) ?? (version.AtLeast(44) ? null : "0001-01-01T00:00:00Z"),
            DockerVersion = config.DockerVersion ?? "",
            Author = config.Author ?? "",
            Architecture = config.Architecture,
            Variant = config.Variant,
            Os = config.Os,
            OsVersion = string.IsNullOrEmpty(config.OsVersion) ? null : config.OsVersion,
            Size = image.Size,
            VirtualSize = version.AtLeast(44) ? null : image.Size,
            Config = Configuration(config.Config ?? new ExecutionConfig()),
            RootFS = new ImageRootFs { Type = config.RootFs.Type, Layers = config.RootFs.DiffIds.Count == 0 ? null : config.RootFs.DiffIds },
            GraphDriver = new GraphDriverData { Data = Layers(image.LayerDirectories) },
            Metadata = image.Tagged is { } tagged ? new ImageMetadata { LastTagTime = ApiTime.FormatNano(tagged) } : new ImageMetadata(),
        };
        JsonObject document = JsonSerializer.SerializeToNode(inspect, Json.Types.ImageInspect)!.AsObject();
        JsonObject shown = document["Config"]!.AsObject();
        if (version.AtLeast(50))
        {
            foreach (string member in NotOfImages)
            {
                shown.Remove(member);
            }
        }

        if (version.AtLeast(52))
        {
            RemoveEmpty(shown, OmittedWhenEmpty);
            RemoveEmpty(document, OwnOmittedWhenEmpty);
        }

        return document;
    }

    private static ContainerConfig Configuration(ExecutionConfig config) => new()
    {
        User = config.User ?? "",
        ExposedPorts = config.ExposedPorts,
        Env = config.Env,
        Cmd = config.Cmd,
        Entrypoint = config.Entrypoint,
        Volumes = config.Volumes,
        WorkingDir = config.WorkingDir ?? "",
        Labels = config.Labels,
        StopSignal = config.StopSignal,
        StopTimeout = config.StopTimeout,
        ArgsEscaped = config.ArgsEscaped,
        Shell = config.Shell,
        OnBuild = config.OnBuild,
        Healthcheck = config.Healthcheck is not { } health ? null : new HealthConfig
        {
            Test = health.Test,
            Interval = health.Interval ?? 0,
            Timeout = health.Timeout ?? 0,
            StartPeriod = health.StartPeriod ?? 0,
            StartInterval = health.StartInterval ?? 0,
            Retries = health.Retries ?? 0,
        },
    };

    private static Dictionary<string, string>? Layers(IReadOnlyList<string> topmostFirst)
    {
        if (topmostFirst.Count == 0)
        {
            return null;
        }

        var data = new Dictionary<string, string> { ["UpperDir"] = topmostFirst[0] };
        if (topmostFirst.Count > 1)
        {
            data["LowerDir"] = string.Join(':', topmostFirst.Skip(1));
        }

        return data;
    }

    private static void RemoveEmpty(JsonObject from, string[] members)
    {
        foreach (string member in members)
        {
            if (from[member] is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } || (from[member] is JsonValue value && value.TryGetValue(out string? text) && text.Length == 0))
            {
                from.Remove(member);
            }
        }
    }
}
