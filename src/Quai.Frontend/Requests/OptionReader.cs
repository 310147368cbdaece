using System.Globalization;
using Quai.Build.Attestations;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Requests;

/// <summary>Reads a request's attributes.</summary>
internal static class OptionReader
{
    private const string ArgumentPrefix = "build-arg:", LabelPrefix = "label:";

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    public static BuildOptions Read(IReadOnlyDictionary<string, string> attributes)
    {
        Dictionary<string, string> arguments = Prefixed(attributes, ArgumentPrefix);
        List<OciPlatform> platforms = [.. Text("platform").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => OciPlatform.Parse(p.Trim())).Distinct()];
        string several = arguments.GetValueOrDefault("BUILDKIT_MULTI_PLATFORM") is { Length: > 0 } asked ? asked : Text("multi-platform");
        bool multiple = platforms.Count > 1;
        if (several.Length > 0)
        {
            bool wanted = Booleans.TryParse(several, out bool value) ? value : throw QuaiException.Invalid($"invalid boolean value for multi-platform: {several}");
            multiple = !wanted && multiple ? throw QuaiException.Invalid("conflicting config: returning multiple target platforms is not allowed") : wanted;
        }

        return new BuildOptions
        {
            FileName = Text("filename") is { Length: > 0 } file ? file : "Dockerfile",
            Target = Text("target"),
            Platforms = platforms,
            IsMultiPlatform = multiple,
            Arguments = arguments,
            Labels = Prefixed(attributes, LabelPrefix),
            WithoutCache = attributes.TryGetValue("no-cache", out string? stages) ? stages.Split(',', StringSplitOptions.RemoveEmptyEntries) : null,
            Hosts = [.. Fields("add-hosts").Select(Host)],
            Network = Text("force-network-mode") switch
            {
                "none" => NetMode.None,
                "host" => NetMode.Host,
                var mode when mode.StartsWith("container:", StringComparison.Ordinal) =>
                    throw QuaiException.Invalid($"invalid network mode {mode}: the steps of a build cannot share a container's network; connect the container to a network and name that"),
                _ => NetMode.Unset,
            },
            UserNetwork = Text("force-network-mode") is "none" or "host" or "sandbox" or "default" ? "" : Text("force-network-mode"),
            Limits = [.. Fields("ulimit").Select(Limit)],
            SharedMemory = Text("shm-size") is { Length: > 0 } size
                ? long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : throw QuaiException.Invalid($"failed to parse shm size: strconv.ParseInt: parsing \"{size}\": invalid syntax")
                : 0,
            CgroupParent = Text("cgroup-parent"),
            HostName = arguments.GetValueOrDefault("BUILDKIT_SANDBOX_HOSTNAME") is { Length: > 0 } host ? host : Text("hostname"),
            ResolveMode = Text("image-resolve-mode") is "" or "default" or "pull" or "local" ? Text("image-resolve-mode")
                : throw QuaiException.Invalid($"invalid image-resolve-mode: {Text("image-resolve-mode")}"),
            CacheNamespace = arguments.GetValueOrDefault("BUILDKIT_CACHE_MOUNT_NS", ""),
            Check = arguments.GetValueOrDefault("BUILDKIT_DOCKERFILE_CHECK"),
            Epoch = Epoch(arguments.GetValueOrDefault("SOURCE_DATE_EPOCH", "")),
            Proxy = Proxy(arguments),
            TellsPackages = AttestationDemands.Read(attributes).Bill is not null,
        };

        string Text(string key) => attributes.GetValueOrDefault(key, "");

        string[] Fields(string key) => Text(key).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Dictionary<string, string> Prefixed(IReadOnlyDictionary<string, string> attributes, string prefix) =>
        attributes.Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(a => a.Key[prefix.Length..], a => a.Value, StringComparer.Ordinal);

    private static HostIP Host(string text)
    {
        int equals = text.IndexOf('=');
        return equals > 0 && System.Net.IPAddress.TryParse(text.AsSpan(equals + 1).Trim("[]"), out System.Net.IPAddress? address)
            ? new HostIP { Host = text[..equals], IP = address.ToString() }
            : throw QuaiException.Invalid(equals > 0 ? $"failed to parse additional hosts: failed to parse IP {text[(equals + 1)..]}" : $"failed to parse additional hosts: invalid key-value pair {text}");
    }

    private static Ulimit Limit(string text)
    {
        int equals = text.IndexOf('=');
        string[] values = equals < 0 ? [] : text[(equals + 1)..].Split(':');
        return equals > 0 && values.Length is 1 or 2 && Number(values[0], out long soft) && Number(values[^1], out long hard)
            ? soft > hard && hard != -1 ? throw QuaiException.Invalid($"failed to parse ulimit: ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}") : new Ulimit { Name = text[..equals], Soft = soft, Hard = hard }
            : throw QuaiException.Invalid($"failed to parse ulimit: invalid ulimit argument: {text}");
    }

    private static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static DateTimeOffset? Epoch(string text) =>
        text.Length == 0 ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw QuaiException.Invalid($"invalid SOURCE_DATE_EPOCH: {text}");

    private static ProxyEnv? Proxy(Dictionary<string, string> arguments)
    {
        var proxy = new ProxyEnv();
        bool any = false;
        foreach ((string key, string value) in arguments.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            any |= key.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase);
            switch (key.ToLowerInvariant())
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
            }
        }

        return any ? proxy : null;
    }
}
