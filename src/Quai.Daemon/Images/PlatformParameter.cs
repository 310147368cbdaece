using System.Text.Json;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Daemon.Images;

/// <summary>The <c>platform</c> and <c>platforms</c> arguments: OCI platform objects as JSON (<c>{"os":"linux","architecture":"arm64"}</c>).</summary>
internal static class PlatformParameter
{
    /// <summary>The requested platform; null for none, or if the client's version does not have the argument.</summary>
    /// <param name="call">The request.</param>
    /// <param name="since">The API's minor version that introduced the argument.</param>
    /// <exception cref="QuaiException">It is not such an object.</exception>
    public static Platform? Read(ApiCall call, int since)
    {
        IReadOnlyList<string> values = call.Version.AtLeast(since) ? [.. call.All("platform").Where(p => p.Length > 0)] : [];
        return values switch
        {
            [] => null,
            [var one] => Parse(one),
            _ => throw QuaiException.Invalid("multiple platform parameters not supported"),
        };
    }

    /// <summary>All platforms requested by <c>platforms</c>, each an object or a list of them.</summary>
    /// <exception cref="QuaiException">One is not such an object.</exception>
    public static IReadOnlyList<Platform> ReadAll(ApiCall call, int since) =>
        call.Version.AtLeast(since) ? [.. call.All("platforms").Where(p => p.Length > 0).SelectMany(ParseList)] : [];

    private static IEnumerable<Platform> ParseList(string json)
    {
        if (!json.AsSpan().TrimStart().StartsWith("["))
        {
            return [Parse(json)];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(e => Parse(e.GetRawText()))];
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid("failed to parse platform", e);
        }
    }

    private static Platform Parse(string json)
    {
        PlatformDescription? platform;
        try
        {
            platform = JsonSerializer.Deserialize(json, Json.Edited.PlatformDescription);
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid("failed to parse platform", e);
        }

        return platform is { Os.Length: > 0, Architecture.Length: > 0 }
            ? Platform.Normalize(platform.Os, platform.Architecture, platform.Variant)
            : throw QuaiException.Invalid("both OS and Architecture must be provided");
    }
}
