using System.Text.Json.Serialization;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>What a token says of itself.</summary>
internal sealed record ActionsClaims
{
    [JsonPropertyName("ac")]
    public string? Access { get; init; }

    [JsonPropertyName("exp")]
    public double? Expires { get; init; }
}

/// <summary>An entry, as the first version of the protocol tells it.</summary>
internal sealed record RestEntry(string? CacheKey, string? ArchiveLocation);

/// <summary>Asks for a place for an entry, in either version.</summary>
internal sealed record Reservation(string Key, string Version);

/// <summary>The place, in the first version.</summary>
internal sealed record RestPlace(long CacheId);

/// <summary>Ends an entry, in the first version.</summary>
internal sealed record RestCommit(long Size);

/// <summary>Asks for an entry, in the second version.</summary>
internal sealed record TwirpQuestion(string Key, string[] RestoreKeys, string Version);

/// <summary>Ends an entry, in the second version.</summary>
internal sealed record TwirpCommit(string Key, long SizeBytes, string Version);

/// <summary>All answers of the second version.</summary>
internal sealed record TwirpAnswer(bool Ok, string? SignedUploadUrl, string? SignedDownloadUrl, string? MatchedKey);

/// <summary>What a server calls an error, in either version.</summary>
internal sealed record ActionsFault(string? TypeKey, string? Code);

/// <summary>A page of a repository's keys.</summary>
internal sealed record KeyPage([property: JsonPropertyName("total_count")] int TotalCount, [property: JsonPropertyName("actions_caches")] List<KeyEntry>? Entries);

/// <summary>A key.</summary>
internal sealed record KeyEntry(string? Key);

/// <summary>How the first version is read and written, and what is common.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ActionsClaims))]
[JsonSerializable(typeof(List<ActionsScope>))]
[JsonSerializable(typeof(RestEntry))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(RestPlace))]
[JsonSerializable(typeof(RestCommit))]
[JsonSerializable(typeof(ActionsFault))]
[JsonSerializable(typeof(KeyPage))]
internal sealed partial class ActionsJson : JsonSerializerContext;

/// <summary>How the second version is read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TwirpQuestion))]
[JsonSerializable(typeof(TwirpCommit))]
[JsonSerializable(typeof(TwirpAnswer))]
internal sealed partial class TwirpJson : JsonSerializerContext;
