using System.Text.Json;
using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Daemon.Images;

/// <summary>Transferring images: pull, import, load, save.</summary>
internal static class TransferRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IImageStore images = backend.Images;
        router
            .Add("POST", "/images/create", call => call.TextOrNull("fromImage") is { } name
                ? Pull(call, backend.Registries, name)
                : Import(call, images, call.TextOrNull("fromSrc") ?? throw QuaiException.Invalid("one of fromImage and fromSrc is needed")))
            .Add("POST", "/images/load", call => ProgressStream.RunAsync(call, call.Flag("quiet"), errorsInStream: true, async progress =>
            {
                IReadOnlyList<Platform> platforms = Platforms(call);
                foreach (LoadedImage loaded in await images.LoadAsync(call.Http.Request.Body, platforms, progress, call.Gone))
                {
                    progress.Line(new JsonMessage { Stream = loaded.Name is { } name ? $"Loaded image: {name}\n" : $"Loaded image ID: {loaded.Id}\n" });
                }
            }))
            .Add("GET", "/images/get", call => Save(call, images, call.All("names")))
            .Add("GET", "/images/{name}/get", call => Save(call, images, [call.Name]));
    }

    private static Task Pull(ApiCall call, IRegistries registries, string name)
    {
        string? tag = call.TextOrNull("tag");
        bool all = tag is null && ImageReference.TryParse(name, out ImageReference? whole) && whole is { Tag: null, Digest: null };
        string reference = tag is null ? name : tag.Contains(':') ? $"{name}@{tag}" : $"{name}:{tag}";
        RegistryAuth? auth = RegistryCredentials.Of(call);
        var options = new PullOptions { Platform = PlatformNamed(call), NoCache = call.Flag("nocache") };
        return ProgressStream.RunAsync(call, quiet: false, errorsInStream: false, progress => all
            ? registries.PullAllTagsAsync(reference, options, auth, progress, call.Gone)
            : registries.PullOneAsync(reference, options, auth, progress, call.Gone));
    }

    private static Task Import(ApiCall call, IImageStore images, string source)
    {
        string? repository = call.TextOrNull("repo");
        string? name = repository is not null && call.TextOrNull("tag") is { } tag ? $"{repository}:{tag}" : repository;
        string message = call.TextOrNull("message") ?? $"Imported from {source}";
        string? platform = PlatformNamed(call);
        return ProgressStream.RunAsync(call, quiet: false, errorsInStream: false, async progress =>
        {
            await using Stream archive = source == "-" ? call.Http.Request.Body : await Download(source, progress, call.Gone);
            Image image = await images.ImportAsync(archive, name, message, call.All("changes"), platform, call.Gone);
            progress.Line(new JsonMessage { Status = image.Id });
        });
    }

    /// <summary>The platform in the query, as a user writes it. Validated here: once the stream has begun there is no status to send.</summary>
    private static string? PlatformNamed(ApiCall call)
    {
        if ((call.Version.AtLeast(32) ? call.TextOrNull("platform") : null) is not { } text)
        {
            return null;
        }

        _ = Platform.Parse(text);
        return text;
    }

    private static async Task<Stream> Download(string source, ProgressStream progress, CancellationToken cancellation)
    {
        string address = source.Contains("://", StringComparison.Ordinal) ? source : "http://" + source;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw QuaiException.Invalid($"invalid source of an import: {source}");
        }

        var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            HttpResponseMessage response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                throw QuaiException.System($"Get \"{uri}\": {(int)response.StatusCode} {response.ReasonPhrase}");
            }

            progress.Report(new ProgressMessage($"Downloading from {uri}"));
            return await response.Content.ReadAsStreamAsync(cancellation);
        }
        catch (HttpRequestException e)
        {
            client.Dispose();
            throw QuaiException.System($"Get \"{uri}\": {e.Message}", e);
        }
    }

    private static async Task Save(ApiCall call, IImageStore images, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            throw QuaiException.Invalid("at least one image name is needed");
        }

        // Missing images are reported now: once the stream has begun there is no status to send.
        using ISavedArchive archive = await images.SaveAsync(names, Platforms(call), call.Gone);
        await using FileResponse response = await FileResponse.BeginAsync(call, "application/x-tar", archive.Length);
        foreach (SavedPiece piece in archive.Pieces)
        {
            await response.SendAsync(piece.Bytes, piece.File);
        }

        archive.Complete();
    }

    /// <summary>The platforms in the query: OCI's JSON, one or several, each alone or in a list.</summary>
    private static List<Platform> Platforms(ApiCall call)
    {
        List<Platform> platforms = [];
        foreach (string text in call.Version.AtLeast(48) ? call.All("platform") : [])
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                IEnumerable<JsonElement> elements = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray() : [document.RootElement];
                platforms.AddRange(elements.Select(e => Platform.Normalize(Member(e, "os"), Member(e, "architecture"), Member(e, "variant"))));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw QuaiException.Invalid($"failed to parse platform: {e.Message}", e);
            }
        }

        return platforms;

        static string? Member(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }
}
