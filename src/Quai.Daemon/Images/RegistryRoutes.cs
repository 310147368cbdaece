using System.Globalization;
using System.Text.Json;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Daemon.Images;

/// <summary>Registries: push, log in, inspect, search.</summary>
internal static class RegistryRoutes
{
    private const int DefaultSearchLimit = 25;

    private static readonly HashSet<string> KnownFilters = ["is-automated", "is-official", "stars"];

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IRegistries registries = backend.Registries;
        router
            .Add("POST", "/images/{name}/push", call => Push(call, registries))
            .Add("POST", "/auth", async call =>
            {
                RegistryAuth auth = await call.ReadRequiredDocument(Json.Edited.RegistryAuth);
                string token = await registries.LoginAsync(auth, call.Gone);
                await call.Answer(new AuthResponse("Login Succeeded", token), Json.Types.AuthResponse);
            })
            .Add("GET", "/distribution/{name}/json", async call =>
            {
                RemoteImage image = await registries.InspectAsync(call.Name, RegistryCredentials.Of(call), call.Gone);
                var answer = new DistributionInspect
                {
                    Descriptor = new() { MediaType = image.Descriptor.MediaType ?? "", Digest = image.Descriptor.Digest, Size = image.Descriptor.Size },
                    Platforms = [.. image.Platforms.Select(p => new DistributionPlatform { Architecture = p.Architecture ?? "", Os = p.Os ?? "", OsVersion = p.OsVersion, Variant = p.Variant })],
                };
                await call.Answer(answer, Json.Types.DistributionInspect);
            })
            .Add("GET", "/images/search", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
                Func<FoundRepository, bool> passes = Filter(filters);
                int limit = call.Number("limit") is { } given and not 0 ? given : DefaultSearchLimit;
                IReadOnlyList<FoundRepository> found = await registries.SearchAsync(call.TextOrNull("term") ?? throw QuaiException.Invalid("no search term"), limit, RegistryCredentials.Of(call), call.Gone);
                await call.Answer(
                    [.. found.Where(passes).Select(f => new ImageSearchItem { Name = f.Name, Description = f.Description, StarCount = f.Stars, IsOfficial = f.Official, IsAutomated = f.Automated })],
                    Json.Types.ListImageSearchItem);
            });
    }

    private static Task Push(ApiCall call, IRegistries registries)
    {
        ImageReference name = ImageReference.Parse(call.Name);
        string? platform = call.Version.AtLeast(46) && call.TextOrNull("platform") is { } json ? Platform(json) : null;
        string? tag = call.TextOrNull("tag") ?? name.Tag;
        RegistryAuth? auth = RegistryCredentials.Of(call);
        return ProgressStream.RunAsync(
            call, quiet: false, errorsInStream: false, progress => registries.PushAsync((name with { Tag = null }).Canonical, tag, platform, auth, progress, call.Gone));
    }

    /// <summary>A platform in the API's JSON, as text.</summary>
    private static string Platform(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            string[] parts = [.. ((string[])["os", "architecture", "variant"]).Select(n => document.RootElement.TryGetProperty(n, out JsonElement v) ? v.GetString() ?? "" : "")];
            return string.Join('/', parts.Where(p => p.Length > 0));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid("failed to parse platform", e);
        }
    }

    private static Func<FoundRepository, bool> Filter(IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        bool? official = Switch(filters, "is-official");
        bool? automated = Switch(filters, "is-automated");
        int stars = 0;
        foreach (string text in filters.GetValueOrDefault("stars") ?? [])
        {
            stars = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? Math.Max(stars, number) : throw QuaiException.Invalid("invalid filter 'stars'");
        }

        return f => (official is null || f.Official == official) && (automated is null || f.Automated == automated) && f.Stars >= stars;
    }

    private static bool? Switch(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string name) => filters.GetValueOrDefault(name) switch
    {
        null => null,
        ["true" or "1"] => true,
        ["false" or "0"] => false,
        _ => throw QuaiException.Invalid($"invalid filter '{name}'"),
    };
}
