using Quai.Build.Jobs;
using Quai.Errors;
using Quai.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>How a cache is to be kept, by the attributes that BuildKit's exporters have.</summary>
internal sealed class CacheDemands
{
    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed, or asks for what there is not.</exception>
    public CacheDemands(CacheReference cache)
    {
        var text = new CacheText(cache);
        IsComplete = text.Find("mode") switch
        {
            "" or "min" => false,
            "max" => true,
            string other => throw QuaiException.Invalid($"invalid cache export mode \"{other}\": it is min or max"),
        };
        Compression = text.Find("compression") switch
        {
            "" or "gzip" => LayerCompression.Gzip,
            "uncompressed" => LayerCompression.Uncompressed,
            "zstd" => LayerCompression.Zstd,
            "estargz" => throw QuaiException.Invalid("a cache's layers are those of images, and estargz makes others of them: a cache has gzip, zstd or uncompressed"),
            string other => throw QuaiException.Invalid($"unsupported layer compression type {other}"),
        };
        ForcesCompression = text.Flag("force-compression");
        TakesMounts = text.Flag("cache-mounts");
        IgnoresErrors = text.Flag("ignore-error");
    }

    /// <summary>Whether the results of all steps are kept, rather than of those that the image is made of.</summary>
    public bool IsComplete { get; }

    /// <summary>How layers are packed.</summary>
    public LayerCompression Compression { get; }

    /// <summary>Whether layers that came packed are packed anew.</summary>
    public bool ForcesCompression { get; }

    /// <summary>Whether the files of the folders that outlive builds (<c>RUN --mount=type=cache</c>) are kept, too.</summary>
    public bool TakesMounts { get; }

    /// <summary>Whether the build succeeds where the cache cannot be kept.</summary>
    public bool IgnoresErrors { get; }
}
