using System.Globalization;
using Quai.Build.Jobs;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Build.RemoteCaches;

/// <summary>Reads what is said of a cache.</summary>
/// <param name="cache">What is said.</param>
internal sealed class CacheText(CacheReference cache)
{
    /// <summary>An attribute; empty where it is not given.</summary>
    public string Find(string name) => cache.Attributes.GetValueOrDefault(name, "");

    /// <summary>An attribute, or what is usual.</summary>
    public string Find(string name, string usual) => cache.Attributes.GetValueOrDefault(name, usual);

    /// <summary>An attribute that there must be.</summary>
    /// <exception cref="QuaiException">It is not given.</exception>
    public string Required(string name) => Find(name) is { Length: > 0 } text ? text : throw QuaiException.Invalid($"{cache.Type} cache requires {name}");

    /// <summary>Whether something is asked for.</summary>
    /// <exception cref="QuaiException">It is neither true nor false.</exception>
    public bool Flag(string name, bool usual = false) => Find(name) is not { Length: > 0 } text ? usual
        : Booleans.TryParse(text, out bool value) ? value : throw Malformed(name, text, "neither true nor false");

    /// <summary>A whole number of at least 1.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public int Count(string name, int usual) => Find(name) is not { Length: > 0 } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : throw Malformed(name, text, "no positive integer");

    /// <summary>A time.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public TimeSpan Time(string name, TimeSpan usual) => Find(name) is { Length: > 0 } text ? Durations.ParseSpan(text) : usual;

    /// <summary>An address of a server.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public Uri Address(string name)
    {
        string text = Find(name);
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
            ? url : throw QuaiException.Invalid($"the {name} of a {cache.Type} cache is an address that begins with http:// or https://, without a user's name");
    }

    private QuaiException Malformed(string name, string value, string reason) => QuaiException.Invalid($"the {name} of a {cache.Type} cache is {reason}: {value}");
}
