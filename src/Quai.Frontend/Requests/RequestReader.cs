using System.Globalization;
using System.Net;
using Quai.Build.Frontends;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Requests;

/// <summary>Reads the attributes of a request.</summary>
internal static class RequestReader
{
    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    public static BuildRequest Read(FrontendRequest request)
    {
        IReadOnlyDictionary<string, string> attributes = request.Attributes;
        Dictionary<string, string> arguments = WithPrefix(attributes, "build-arg:");
        List<Platform> platforms = [.. List(Text("platform")).Select(Platform.Parse).Distinct()];
        return new BuildRequest
        {
            FileName = Text("filename") is { Length: > 0 } file ? file : "Dockerfile",
            Target = Text("target"),
            Platforms = platforms,
            WantsSeveral = platforms.Count > 1 || IsTrue(Text("multi-platform")) || IsTrue(arguments.GetValueOrDefault("BUILDKIT_MULTI_PLATFORM", "")),
            WithoutCache = attributes.TryGetValue("no-cache", out string? stages) ? List(stages) : null,
            Arguments = arguments,
            Labels = WithPrefix(attributes, "label:"),
            Contexts = WithPrefix(attributes, "context:"),
            InputMetadata = WithPrefix(attributes, "input-metadata:"),
            Inputs = request.Inputs,
            Context = Text("context"),
            ContextName = Text("contextkey") is { Length: > 0 } context ? context : "context",
            FileContextName = Text("dockerfilekey") is { Length: > 0 } directory ? directory : "dockerfile",
            ResolveMode = Text("image-resolve-mode") switch
            {
                "" or "default" => "default",
                "pull" => "pull",
                "local" or "prefer-local" => "local",
                var other => throw QuaiException.Invalid($"invalid image-resolve-mode: {other}"),
            },
            Question = Text("requestid"),
            Run = new RunSettings
            {
                Hosts = [.. List(Text("add-hosts")).Select(Host)],
                Limits = [.. List(Text("ulimit")).Select(Limit)],
                Network = Text("force-network-mode") switch
                {
                    "" or "default" or "sandbox" => NetMode.Unset,
                    "none" => NetMode.None,
                    "host" => NetMode.Host,
                    var other => throw QuaiException.Invalid($"invalid netmode {other}"),
                },
                SharedMemory = Text("shm-size") is not { Length: > 0 } size ? 0
                    : long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes
                    : throw QuaiException.Invalid($"failed to parse shm size: strconv.ParseInt: parsing \"{size}\": invalid syntax"),
                CgroupParent = Text("cgroup-parent"),
                HostName = Text("hostname"),
                Proxy = Proxy(arguments),
                CacheSpace = arguments.GetValueOrDefault("BUILDKIT_CACHE_MOUNT_NS", ""),
            },
        };

        string Text(string name) => attributes.GetValueOrDefault(name, "");
    }

    private static Dictionary<string, string> WithPrefix(IReadOnlyDictionary<string, string> attributes, string prefix) =>
        attributes.Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(a => a.Key[prefix.Length..], a => a.Value, StringComparer.Ordinal);

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsTrue(string text) => text is "1" or "t" or "T" or "true" or "TRUE" or "True";

    private static HostIP Host(string text)
    {
        int equals = text.IndexOf('=');
        if (equals < 0)
        {
            throw QuaiException.Invalid($"failed to parse additional hosts: invalid key-value pair {text}");
        }

        string address = text[(equals + 1)..].Trim('[', ']');
        return IPAddress.TryParse(address, out _) ? new HostIP { Host = text[..equals], IP = address }
            : throw QuaiException.Invalid($"failed to parse additional hosts: failed to parse IP {address}");
    }

    private static Ulimit Limit(string text)
    {
        string[] parts = text.Split('=');
        string[] values = parts.Length == 2 ? parts[1].Split(':') : [];
        if (values.Length is 0 or > 2)
        {
            throw QuaiException.Invalid($"failed to parse ulimit: invalid ulimit argument: {text}");
        }

        long[] limits = [.. values.Select(v => long.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long limit) && limit >= -1 ? limit
            : throw QuaiException.Invalid($"failed to parse ulimit: invalid ulimit argument: {text}"))];
        return limits[^1] != -1 && (limits[0] == -1 || limits[0] > limits[^1])
            ? throw QuaiException.Invalid($"failed to parse ulimit: ulimit soft limit must be less than or equal to hard limit: {limits[0]} > {limits[^1]}")
            : new Ulimit { Name = parts[0], Soft = limits[0], Hard = limits[^1] };
    }

    private static ProxyEnv? Proxy(Dictionary<string, string> arguments)
    {
        var proxy = new ProxyEnv();
        bool any = false;
        foreach ((string name, string value) in arguments)
        {
            bool known = true;
            switch (name.ToLowerInvariant())
            {
                case "http_proxy":
                    proxy.HttpProxy = value;
                    break;
                case "https_proxy":
                    proxy.HttpsProxy = value;
                    break;
                case "ftp_proxy":
                    proxy.FtpProxy = value;
                    break;
                case "no_proxy":
                    proxy.NoProxy = value;
                    break;
                case "all_proxy":
                    proxy.AllProxy = value;
                    break;
                default:
                    known = false;
                    break;
            }

            any |= known;
        }

        return any ? proxy : null;
    }
}
