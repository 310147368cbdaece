using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Errors;

namespace Quai.Plugins.Discovery;

/// <summary>A file that says where a plugin listens: <c>NAME.spec</c>, an address, or <c>NAME.json</c>.</summary>
internal static class PluginFile
{
    private const int MostBytes = 64 << 10, LongestShown = 200;

    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">It is no such file.</exception>
    public static PluginAddress Read(string path)
    {
        string text;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            byte[] bytes = new byte[MostBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            text = count > MostBytes ? throw Wrong(path, $"it has more than {MostBytes} bytes") : System.Text.Encoding.UTF8.GetString(bytes, 0, count).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, e.Message, e);
        }

        string address = path.EndsWith(".json", StringComparison.Ordinal) ? AddressIn(path, text) : text;
        return PluginAddress.TryParse(address, out PluginAddress? read)
            ? read
            : throw Wrong(path, $"\"{Shown(address)}\" is no address of the form unix:///PATH, tcp://HOST:PORT or http://HOST:PORT");
    }

    private static string AddressIn(string path, string text)
    {
        try
        {
            PluginFileDocument? document = JsonSerializer.Deserialize(text, PluginFileJson.Default.PluginFileDocument);
            return document?.Addr ?? throw Wrong(path, "it has no \"Addr\"");
        }
        catch (JsonException e)
        {
            throw Wrong(path, "it is not JSON", e);
        }
    }

    private static string Shown(string text) => PluginText.Shown(text, LongestShown);

    private static QuaiException Wrong(string path, string why, Exception? inner = null) => QuaiException.System($"plugin file {path}: {why}", inner);
}

/// <summary>What <c>NAME.json</c> holds. Its <c>TLSConfig</c> is for addresses that are refused.</summary>
internal sealed record PluginFileDocument(string? Name, string? Addr);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(PluginFileDocument))]
internal sealed partial class PluginFileJson : JsonSerializerContext;
