using System.Net;
using Quai.Build.Jobs;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Objects;

/// <summary>Where a cache is in a store of objects, by the attributes that BuildKit's <c>s3</c> has.</summary>
internal sealed record ObjectSettings
{
    private const int UsualParallelism = 4;
    private static readonly TimeSpan s_usualRefresh = TimeSpan.FromHours(24);

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region, which signatures are for.</summary>
    public required string Region { get; init; }

    /// <summary>The address that objects' names are put behind.</summary>
    public required string Root { get; init; }

    /// <summary>By what requests are signed.</summary>
    public required AccessKey Key { get; init; }

    /// <summary>What the names of caches begin with.</summary>
    public required string ManifestsPrefix { get; init; }

    /// <summary>What the names of blobs begin with.</summary>
    public required string BlobsPrefix { get; init; }

    /// <summary>The names of the cache.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>How old a blob is that is made young again, so that rules by which old objects are removed leave it.</summary>
    public required TimeSpan TouchRefresh { get; init; }

    /// <summary>How many blobs are sent at the same time.</summary>
    public required int UploadParallelism { get; init; }

    /// <summary>How often a request is sent at most; 0 for as often as is usual.</summary>
    public required int Attempts { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="cache">What the client says.</param>
    /// <param name="environment">The daemon's variables, for what the client does not say.</param>
    /// <exception cref="QuaiException">Something is missing or malformed.</exception>
    public static ObjectSettings Read(CacheReference cache, Func<string, string?> environment)
    {
        var text = new CacheText(cache);
        string bucket = Either(text.Find("bucket"), "bucket", "AWS_BUCKET", environment), region = Either(text.Find("region"), "region", "AWS_REGION", environment);
        if (text.Find("retry_mode") is not ("" or "standard"))
        {
            throw new QuaiException(ErrorKind.NotImplemented, $"retry_mode={text.Find("retry_mode")} of an s3 cache is not available in this version of Quai: it is standard");
        }

        // Accept-Encoding is not among the headers that are signed, whatever is asked for.
        _ = text.Flag("disable_accept_encoding");
        string prefix = text.Find("prefix");
        string[] names = text.Find("name", "buildkit").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return new ObjectSettings
        {
            Bucket = bucket,
            Region = region,
            Root = RootOf(text, bucket, region),
            Key = KeyOf(text, environment),
            ManifestsPrefix = prefix + text.Find("manifests_prefix", "manifests/"),
            BlobsPrefix = prefix + text.Find("blobs_prefix", "blobs/"),
            Names = names.Length > 0 ? names : throw QuaiException.Invalid("the name of an s3 cache is empty"),
            TouchRefresh = text.Time("touch_refresh", s_usualRefresh),
            UploadParallelism = text.Count("upload_parallelism", UsualParallelism),
            Attempts = text.Find("retry_max_attempts").Length > 0 ? text.Count("retry_max_attempts", 1) : 0,
        };
    }

    private static string Either(string given, string name, string variable, Func<string, string?> environment) => given.Length > 0 ? given
        : environment(variable) is { Length: > 0 } value ? value : throw QuaiException.Invalid($"{name} ($AWS_{name.ToUpperInvariant()}) not set for s3 cache");

    private static string RootOf(CacheText text, string bucket, string region)
    {
        bool byPath = text.Flag("use_path_style");
        if (text.Find("endpoint_url").Length == 0)
        {
            string host = $"s3.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}";

            // A name with a dot is not in the server's certificate.
            return bucket.Contains('.') ? $"https://{host}/{ObjectNames.Encode(bucket)}/" : $"https://{bucket}.{host}/";
        }

        Uri endpoint = text.Address("endpoint_url");
        string path = endpoint.AbsolutePath.TrimEnd('/');
        return byPath || IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out _)
            ? $"{endpoint.Scheme}://{endpoint.Authority}{path}/{ObjectNames.Encode(bucket)}/" : $"{endpoint.Scheme}://{bucket}.{endpoint.Authority}{path}/";
    }

    private static AccessKey KeyOf(CacheText text, Func<string, string?> environment)
    {
        string id = text.Find("access_key_id"), secret = text.Find("secret_access_key");
        if (id.Length > 0 && secret.Length > 0)
        {
            return new AccessKey(id, secret, text.Find("session_token"));
        }

        if (id.Length > 0 || secret.Length > 0 || text.Find("session_token").Length > 0)
        {
            throw QuaiException.Invalid("access_key_id and secret_access_key of an s3 cache are given together");
        }

        return environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } own && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } key
            ? new AccessKey(own, key, environment("AWS_SESSION_TOKEN") ?? "")
            : throw QuaiException.Invalid("no credentials for the s3 cache: the client gives access_key_id and secret_access_key, or the daemon has AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
}
