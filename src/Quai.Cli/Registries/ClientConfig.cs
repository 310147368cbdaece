using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Registries;

/// <summary>Docker's <c>config.json</c>, as far as it concerns registries; its other contents are preserved.</summary>
internal sealed class ClientConfig
{
    private readonly string _path;
    private readonly JsonObject _root;

    private ClientConfig(string path, JsonObject root)
    {
        _path = path;
        _root = root;
    }

    /// <summary>The file's path, for messages.</summary>
    public string Path => _path;

    /// <summary>The helper for a registry; empty for the file itself.</summary>
    public string HelperFor(string key) => Text(_root["credHelpers"] as JsonObject, key) is { Length: > 0 } own ? own : Text(_root, "credsStore");

    /// <summary>Whether the file says anything about credentials: if not, the machine's own store is used, if it has one.</summary>
    public bool SaysNothing => Text(_root, "credsStore").Length == 0 && _root["credHelpers"] is not JsonObject { Count: > 0 } && _root["auths"] is not JsonObject { Count: > 0 };

    /// <summary>The names under which credentials are in the file.</summary>
    public IReadOnlyList<string> Servers => _root["auths"] is JsonObject auths ? [.. auths.Select(a => a.Key)] : [];

    /// <summary>Reads the file; a missing one is empty.</summary>
    /// <exception cref="ExitException">It is not a JSON object.</exception>
    public static ClientConfig Load(string folder)
    {
        string path = System.IO.Path.Combine(folder, "config.json");
        try
        {
            JsonObject root = JsonNode.Parse(File.ReadAllBytes(path), null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject ?? throw new JsonException("an object is expected");

            // It is read piece by piece as it is used; report any error in it now.
            using var whole = new Utf8JsonWriter(Stream.Null);
            root.WriteTo(whole);
            return new ClientConfig(path, root);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ClientConfig(path, []);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ExitException(1, $"WARNING: Error loading config file: {path}: {error.Message}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ExitException(1, $"WARNING: Error loading config file: open {path}: permission denied");
        }
    }

    /// <summary>Reads the file for a command that also works without it: errors in it are reported on stderr, and nothing of it is used.</summary>
    public static ClientConfig LoadOrWarn(string folder)
    {
        try
        {
            return Load(folder);
        }
        catch (ExitException error)
        {
            new Streams.Output(2).WriteLine(error.Message);
            return new ClientConfig(System.IO.Path.Combine(folder, "config.json"), []);
        }
    }

    /// <summary>A string setting; empty if there is none.</summary>
    public string Setting(string name) => Text(_root, name);

    /// <summary>Proxy variables for programs in containers: for a daemon's address, or else the default ones.</summary>
    /// <param name="host">The daemon's address.</param>
    public IReadOnlyList<(string Name, string Value)> Proxies(string host)
    {
        JsonObject? all = _root["proxies"] as JsonObject;
        if ((all?[host] ?? all?["default"]) is not JsonObject proxies)
        {
            return [];
        }

        List<(string, string)> variables = [];
        foreach ((string setting, string variable) in (ReadOnlySpan<(string, string)>)[("httpProxy", "HTTP_PROXY"), ("httpsProxy", "HTTPS_PROXY"), ("ftpProxy", "FTP_PROXY"), ("noProxy", "NO_PROXY"), ("allProxy", "ALL_PROXY")])
        {
            if (Text(proxies, setting) is { Length: > 0 } value)
            {
                variables.Add((variable, value));
                variables.Add((variable.ToLowerInvariant(), value));
            }
        }

        return variables;
    }

    /// <summary>Credentials that the file itself has for a registry; null for none.</summary>
    public Credentials? Find(string key)
    {
        if (_root["auths"] is not JsonObject auths)
        {
            return null;
        }

        // Older clients wrote whole addresses.
        string? name = auths.ContainsKey(key) ? key : auths.Select(a => a.Key).FirstOrDefault(k => RegistryKey.HostOf(k) == RegistryKey.HostOf(key));
        if (name is null || auths[name] is not JsonObject entry)
        {
            return null;
        }

        (string user, string password) = Decode(name, Text(entry, "auth"));
        var found = new Credentials(
            user.Length > 0 ? user : Text(entry, "username"), password.Length > 0 ? password : Text(entry, "password"), Text(entry, "identitytoken"), Text(entry, "registrytoken"));
        return found.IsEmpty ? null : found;
    }

    /// <summary>Puts credentials into the file; null leaves only the name there, for what a helper keeps.</summary>
    public void Set(string key, Credentials? credentials)
    {
        if (_root["auths"] is not JsonObject auths)
        {
            _root["auths"] = auths = [];
        }

        var entry = new JsonObject();
        if (credentials is not null)
        {
            string password = credentials.IdentityToken.Length > 0 ? "" : credentials.Password;
            entry["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{password}"));
            if (credentials.IdentityToken.Length > 0)
            {
                entry["identitytoken"] = credentials.IdentityToken;
            }
        }

        auths[key] = entry;
    }

    /// <summary>Sets the store that credentials go to from now on.</summary>
    public void SetStore(string helper) => _root["credsStore"] = helper;

    /// <summary>Removes a registry from the file; false if it was not there.</summary>
    public bool Remove(string key) => _root["auths"] is JsonObject auths && auths.Remove(key);

    /// <summary>Writes the file: a new one first, which then replaces the old one.</summary>
    /// <exception cref="ExitException">It cannot be written.</exception>
    public void Save()
    {
        string target = (File.Exists(_path) ? File.ResolveLinkTarget(_path, returnFinalTarget: true)?.FullName : null) ?? _path;
        string fresh = $"{target}{Environment.ProcessId}.new";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            UnixFileMode mode = File.Exists(target) ? File.GetUnixFileMode(target) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var file = new FileStream(fresh, options))
            {
                file.Write(Bytes());
                file.Flush(flushToDisk: true);
            }

            File.SetUnixFileMode(fresh, mode);
            File.Move(fresh, target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(fresh);
            throw new ExitException(1, $"Error saving credentials: {_path}: {error.Message}");
        }
    }

    private ReadOnlySpan<byte> Bytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            _root.WriteTo(writer);
        }

        return buffer.WrittenSpan;
    }

    private static string Text(JsonObject? element, string name) => element?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static (string User, string Password) Decode(string server, string encoded)
    {
        if (encoded.Length == 0)
        {
            return ("", "");
        }

        try
        {
            string pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
            int colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? throw new FormatException() : (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
        }
        catch (FormatException)
        {
            throw new ExitException(1, $"invalid auth configuration file: the credentials of {server} cannot be read");
        }
    }
}
