using System.Text.Json;
using Quai.Build.Jobs;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.Builds;

/// <summary>The query of <c>POST /build</c>, as attributes of the frontend and names of the image.</summary>
internal sealed record BuildQuery(IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Names)
{
    private const string InlineCache = "build-arg:BUILDKIT_INLINE_CACHE";

    /// <summary>What is to come of the build; null for an image of the store.</summary>
    public ExportRequest? Output { get; init; }

    /// <summary>Whether what is put upon the base image is one layer.</summary>
    public bool IsSquashed { get; init; }

    /// <summary>Caches elsewhere that the build begins with: images that carry theirs along.</summary>
    public IReadOnlyList<CacheReference> CacheFrom { get; init; } = [];

    /// <summary>Where the build's cache is kept besides.</summary>
    public IReadOnlyList<CacheReference> CacheTo => Attributes.TryGetValue(InlineCache, out string? wanted) && wanted is "1" or "true" ? [new CacheReference("inline", new Dictionary<string, string>())] : [];

    /// <summary>Reads it.</summary>
    /// <exception cref="QuaiException">A value is malformed, or asks for what is not supported.</exception>
    public static BuildQuery Read(ApiCall call)
    {
        Dictionary<string, string> attributes = new() { ["filename"] = call.TextOrNull("dockerfile") ?? "Dockerfile" };
        foreach ((string parameter, string attribute) in (ReadOnlySpan<(string, string)>)
            [("target", "target"), ("platform", "platform"), ("shmsize", "shm-size"), ("cgroupparent", "cgroup-parent"), ("networkmode", "force-network-mode")])
        {
            if (call.TextOrNull(parameter) is { } value && value is not ("0" or "default"))
            {
                attributes[attribute] = value;
            }
        }

        if (call.Flag("nocache"))
        {
            attributes["no-cache"] = "";
        }

        if (call.Flag("pull"))
        {
            attributes["image-resolve-mode"] = "pull";
        }

        if (call.TextOrNull("extrahosts") is { } hosts)
        {
            attributes["add-hosts"] = string.Join(',', hosts.Split(',').Select(h => h.Contains('=', StringComparison.Ordinal) ? h : string.Join('=', h.Split(':', 2))));
        }

        if (Json(call, "ulimits", Limits, "") is { Length: > 0 } limits)
        {
            attributes["ulimit"] = limits;
        }

        AddPairs(attributes, call, "buildargs", "build-arg:");
        AddPairs(attributes, call, "labels", "label:");
        foreach (string refused in (ReadOnlySpan<string>)["memory", "memswap", "cpushares", "cpusetcpus", "cpuperiod", "cpuquota", "isolation"])
        {
            if (call.TextOrNull(refused) is { } given && given is not ("0" or "false" or "default"))
            {
                throw new QuaiException(ErrorKind.NotImplemented, $"the option {refused} of a build is not supported yet");
            }
        }

        if (call.TextOrNull("securityopt") is { } security && security is not ("null" or "[]"))
        {
            throw QuaiException.Invalid("The daemon on this platform does not support setting security options on build");
        }

        return new BuildQuery(attributes, [.. call.All("t").Where(t => t.Length > 0)])
        {
            IsSquashed = call.Flag("squash"),
            Output = OutputOf(call) is not { } output ? null
                : call.Flag("squash") ? throw QuaiException.Invalid("squash makes one layer of an image's, and an output other than an image has none")
                : call.Text("version") == "2" ? output : throw QuaiException.Invalid("outputs other than an image need BuildKit's protocol (version=2)"),
            CacheFrom = [.. Json(call, "cachefrom", root => root.EnumerateArray().Select(e => e.GetString() ?? "").ToArray(), []).Select(name => new CacheReference("registry", new Dictionary<string, string> { ["ref"] = name }))],
        };
    }

    private static ExportRequest? OutputOf(ApiCall call)
    {
        ExportRequest[] outputs = Json(
            call,
            "outputs",
            root => root.EnumerateArray().Select(e => new ExportRequest(
                e.GetProperty("Type").GetString() ?? "",
                e.TryGetProperty("Attrs", out JsonElement attributes) && attributes.ValueKind == JsonValueKind.Object ? attributes.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString() ?? "") : [],
                0)).ToArray(),
            []);
        return outputs.Length switch
        {
            0 => null,
            1 => outputs[0],
            _ => throw QuaiException.Invalid("multiple outputs not supported"),
        };
    }

    private static string Limits(JsonElement limits) => string.Join(
        ',', limits.EnumerateArray().Select(l => $"{l.GetProperty("Name").GetString()}={l.GetProperty("Soft").GetInt64()}:{l.GetProperty("Hard").GetInt64()}"));

    private static T Json<T>(ApiCall call, string parameter, Func<JsonElement, T> read, T none)
    {
        if (call.TextOrNull(parameter) is not { } json)
        {
            return none;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Null ? none : read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw QuaiException.Invalid($"error reading build options: {parameter}: {e.Message}", e);
        }
    }

    private static void AddPairs(Dictionary<string, string> attributes, ApiCall call, string parameter, string prefix)
    {
        // An argument without a value is one that the client's environment does not have: the Dockerfile's default counts.
        foreach ((string name, string? value) in Json(call, parameter, root => root.EnumerateObject().Select(p => (p.Name, Value: p.Value.GetString())).ToArray(), []))
        {
            if (value is not null)
            {
                attributes[prefix + name] = value;
            }
        }
    }
}
