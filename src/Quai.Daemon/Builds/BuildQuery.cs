using System.Text.Json;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.Builds;

/// <summary>The query of <c>POST /build</c>, as attributes of the frontend and names of the image.</summary>
internal sealed record BuildQuery(IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Names)
{
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

        AddPairs(attributes, call, "buildargs", "build-arg:");
        AddPairs(attributes, call, "labels", "label:");
        foreach (string refused in (ReadOnlySpan<string>)["squash", "memory", "memswap", "cpushares", "cpusetcpus", "cpuperiod", "cpuquota", "isolation"])
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

        return new BuildQuery(attributes, [.. call.All("t").Where(t => t.Length > 0)]);
    }

    private static void AddPairs(Dictionary<string, string> attributes, ApiCall call, string parameter, string prefix)
    {
        if (call.TextOrNull(parameter) is not { } json)
        {
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty pair in document.RootElement.EnumerateObject())
            {
                // An argument without a value is one that the client's environment does not have: the Dockerfile's default counts.
                if (pair.Value.GetString() is { } value)
                {
                    attributes[prefix + pair.Name] = value;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"error reading build options: {parameter}: {e.Message}", e);
        }
    }
}
