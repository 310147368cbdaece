using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Errors;
using Quai.Oci.Json;
using Quai.Oci.Runtime;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>
/// Reads a user's own profile (<c>--security-opt seccomp=FILE</c>): the runtime specification's format with Docker's additions, by which
/// rules can be limited to some architectures, kernels and capabilities.
/// </summary>
public static class SeccompProfileReader
{
    /// <summary>Reads a profile and drops the rules that do not apply.</summary>
    /// <param name="json">The file's content.</param>
    /// <param name="capabilities">The container's bounding set.</param>
    /// <param name="machine">The machine's architecture: x64 or arm64.</param>
    /// <param name="kernel">The kernel's version.</param>
    /// <returns>The profile, or null if it is empty: no filter.</returns>
    /// <exception cref="QuaiException">It is not JSON, or not a profile.</exception>
    public static Profile? Parse(string json, IReadOnlySet<string> capabilities, Architecture machine, Version kernel)
    {
        Document document;
        try
        {
            document = JsonSerializer.Deserialize(json, SeccompProfileJson.Default.Document) ?? throw new JsonException("it is null");
            NullRules.Check(Encoding.UTF8.GetBytes(json));
        }
        catch (JsonException error)
        {
            // The library's message continues with the place in its own words.
            string where = error.LineNumber is { } line ? $" in line {line + 1}" : "";
            string what = error.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0];
            throw QuaiException.Invalid($"Decoding seccomp profile failed{where}: {what}", error);
        }

        if (document is { DefaultAction: null or "", Syscalls: null or { Count: 0 } })
        {
            return null;
        }

        if (document.DefaultAction is null)
        {
            throw QuaiException.Invalid("Decoding seccomp profile failed: it has no defaultAction");
        }

        if (document.Architectures is { Count: > 0 } && document.ArchMap is { Count: > 0 })
        {
            throw QuaiException.Invalid("both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'");
        }

        var profile = new Profile
        {
            DefaultAction = document.DefaultAction,
            DefaultErrnoRet = ReturnsErrno(document.DefaultAction) ? document.DefaultErrnoRet : null,
            Architectures = document.Architectures ?? Map(document.ArchMap, machine),
            Flags = document.Flags,
            ListenerPath = document.ListenerPath,
            ListenerMetadata = document.ListenerMetadata,
            Syscalls = [],
        };
        foreach (Rule rule in document.Syscalls ?? [])
        {
            if (rule.Name is { Length: > 0 } && rule.Names is { Count: > 0 })
            {
                throw QuaiException.Invalid("both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
            }

            if (Applies(rule, capabilities, machine, kernel))
            {
                profile.Syscalls.Add(new()
                {
                    Names = rule.Name is { Length: > 0 } name ? [name] : rule.Names ?? [],
                    Action = rule.Action ?? "",
                    ErrnoRet = ReturnsErrno(rule.Action) ? rule.ErrnoRet : null,
                    Args = rule.Args,
                });
            }
        }

        return profile;
    }

    // Docker's profiles may have a number where none is returned; the specification's may not.
    private static bool ReturnsErrno(string? action) => action is "SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE";

    private static List<string>? Map(List<ArchitectureMap>? maps, Architecture machine)
    {
        string native = machine == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        return maps?.Find(map => map.Architecture == native) is { } map ? [native, .. map.SubArchitectures ?? []] : null;
    }

    private static bool Applies(Rule rule, IReadOnlySet<string> capabilities, Architecture machine, Version kernel)
    {
        string architecture = machine == Architecture.Arm64 ? "arm64" : "amd64";
        if (rule.Excludes is { } excludes
            && ((excludes.Arches?.Contains(architecture) ?? false)
                || (excludes.Caps?.Exists(capabilities.Contains) ?? false)
                || (excludes.MinKernel is { Length: > 0 } below && kernel >= ParseKernel(below))))
        {
            return false;
        }

        return rule.Includes is not { } includes
            || ((includes.Arches is not { Count: > 0 } arches || arches.Contains(architecture))
                && (includes.Caps?.TrueForAll(capabilities.Contains) ?? true)
                && (includes.MinKernel is not { Length: > 0 } from || kernel >= ParseKernel(from)));
    }

    private static Version ParseKernel(string text) =>
        Version.TryParse(text, out Version? version) && version.Build < 0
            ? version
            : throw QuaiException.Invalid($"Decoding seccomp profile failed: invalid kernel version: \"{text}\", expected format: kernel.major");

    internal sealed class Document
    {
        public string? DefaultAction { get; set; }
        public uint? DefaultErrnoRet { get; set; }
        public List<string>? Architectures { get; set; }
        public List<ArchitectureMap>? ArchMap { get; set; }
        public List<string>? Flags { get; set; }
        public string? ListenerPath { get; set; }
        public string? ListenerMetadata { get; set; }
        public List<Rule>? Syscalls { get; set; }
    }

    internal sealed class ArchitectureMap
    {
        public string? Architecture { get; set; }
        public List<string>? SubArchitectures { get; set; }
    }

    internal sealed class Rule
    {
        public string? Name { get; set; }
        public List<string>? Names { get; set; }
        public string? Action { get; set; }
        public uint? ErrnoRet { get; set; }
        public List<SeccompArg>? Args { get; set; }
        public Filter? Includes { get; set; }
        public Filter? Excludes { get; set; }
    }

    internal sealed class Filter
    {
        public List<string>? Arches { get; set; }
        public List<string>? Caps { get; set; }
        public string? MinKernel { get; set; }
    }
}

/// <summary>Source-generated JSON of profiles. Names are compared without regard to case, as Docker's parser does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(SeccompProfileReader.Document))]
internal sealed partial class SeccompProfileJson : JsonSerializerContext;
