using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Quai.BuildProtocol.Control;

namespace Quai.BuildClient.Histories;

/// <summary>A record as JSON, with the names that BuildKit's programs have for it.</summary>
internal static class RecordJson
{
    /// <summary>Writes one; what is not set is left out.</summary>
    /// <param name="record">The record.</param>
    /// <param name="platform">What the builder builds for where nothing is said.</param>
    public static byte[] Write(BuildHistoryRecord record, string platform)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            Text(json, nameof(record.Ref), record.Ref);
            Text(json, nameof(record.Frontend), record.Frontend);
            Pairs(json, nameof(record.FrontendAttrs), record.FrontendAttrs);
            Exporters(json, record);
            if (record.Error is { } error)
            {
                json.WriteStartObject("error");
                Number(json, "code", error.Code);
                Text(json, "message", error.Message);
                json.WriteEndObject();
            }

            Moment(json, nameof(record.CreatedAt), record.CreatedAt);
            Moment(json, nameof(record.CompletedAt), record.CompletedAt);
            Blob(json, "logs", record.Logs);
            Pairs(json, nameof(record.ExporterResponse), record.ExporterResponse);
            if (record.Result is { } result)
            {
                json.WritePropertyName(nameof(record.Result));
                Result(json, result);
            }

            if (record.Results.Count > 0)
            {
                json.WriteStartObject(nameof(record.Results));
                foreach ((string name, BuildResultInfo value) in record.Results.OrderBy(r => r.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Result(json, value);
                }

                json.WriteEndObject();
            }

            Number(json, nameof(record.Generation), record.Generation);
            Blob(json, "trace", record.Trace);
            if (record.Pinned)
            {
                json.WriteBoolean("pinned", true);
            }

            Number(json, "numCachedSteps", record.NumCachedSteps);
            Number(json, "numTotalSteps", record.NumTotalSteps);
            Number(json, "numCompletedSteps", record.NumCompletedSteps);
            Blob(json, "externalError", record.ExternalError);
            Number(json, "numWarnings", record.NumWarnings);
            Text(json, "DefaultPlatform", platform);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Exporters(Utf8JsonWriter json, BuildHistoryRecord record)
    {
        if (record.Exporters.Count == 0)
        {
            return;
        }

        json.WriteStartArray(nameof(record.Exporters));
        foreach (Exporter exporter in record.Exporters)
        {
            json.WriteStartObject();
            Text(json, nameof(exporter.Type), exporter.Type);
            Pairs(json, nameof(exporter.Attrs), exporter.Attrs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, BuildResultInfo result)
    {
        json.WriteStartObject();
        Blob(json, nameof(result.ResultDeprecated), result.ResultDeprecated);
        if (result.Attestations.Count > 0)
        {
            json.WriteStartArray(nameof(result.Attestations));
            foreach (BlobDescriptor attestation in result.Attestations)
            {
                Blob(json, attestation);
            }

            json.WriteEndArray();
        }

        if (result.Results.Count > 0)
        {
            json.WriteStartObject(nameof(result.Results));
            foreach ((long index, BlobDescriptor blob) in result.Results.OrderBy(r => r.Key))
            {
                Blob(json, index.ToString(System.Globalization.CultureInfo.InvariantCulture), blob);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Blob(Utf8JsonWriter json, string name, BlobDescriptor? blob)
    {
        if (blob is not null)
        {
            json.WritePropertyName(name);
            Blob(json, blob);
        }
    }

    private static void Blob(Utf8JsonWriter json, BlobDescriptor blob)
    {
        json.WriteStartObject();
        Text(json, "media_type", blob.MediaType);
        Text(json, "digest", blob.Digest);
        Number(json, "size", blob.Size);
        Pairs(json, "annotations", blob.Annotations);
        json.WriteEndObject();
    }

    private static void Moment(Utf8JsonWriter json, string name, Timestamp? moment)
    {
        if (moment is not null)
        {
            json.WriteStartObject(name);
            Number(json, "seconds", moment.Seconds);
            Number(json, "nanos", moment.Nanos);
            json.WriteEndObject();
        }
    }

    private static void Pairs(Utf8JsonWriter json, string name, IDictionary<string, string> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach ((string key, string value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }
}
