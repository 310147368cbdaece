using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A volume plugin: folders below a folder. What it is asked is kept, and it can be told to answer otherwise.</summary>
public sealed class VolumePlugin : IDisposable
{
    private const string Volume = "Name";

    private readonly string _folder;
    private readonly ConcurrentDictionary<string, bool> _volumes = [];
    private readonly PluginSocket _socket;

    /// <summary>A plugin that listens.</summary>
    public VolumePlugin()
    {
        _folder = Directory.CreateTempSubdirectory("quai-e2e-plugin-").FullName;
        _socket = new PluginSocket(Answer, request => (string?)request?[Volume] ?? "");
        Start();
    }

    /// <summary>The driver's name.</summary>
    public string Name => _socket.Name;

    /// <summary>Calls in their order, as <c>Mount name</c>.</summary>
    public ConcurrentQueue<string> Calls => _socket.Calls;

    /// <summary>Users of mounts by their ids.</summary>
    public ConcurrentDictionary<string, string> Mounts { get; } = [];

    /// <summary>What it answers instead, by method (<c>Create</c>): the body; null for never.</summary>
    public ConcurrentDictionary<string, string?> Instead => _socket.Instead;

    /// <summary>Options of the last volume that was made.</summary>
    public string? Options { get; private set; }

    /// <summary>Where a volume is.</summary>
    public string FolderOf(string volume) => Path.Combine(_folder, volume);

    /// <summary>Makes a volume that no engine asked for.</summary>
    public void Make(string volume)
    {
        _volumes[volume] = true;
        Directory.CreateDirectory(FolderOf(volume));
    }

    /// <summary>Whether it has a volume.</summary>
    public bool Has(string volume) => _volumes.ContainsKey(volume);

    /// <summary>Forgets a volume.</summary>
    public void Lose(string volume) => _volumes.TryRemove(volume, out _);

    /// <summary>Listens.</summary>
    public void Start() => _socket.Start();

    /// <summary>Is gone: the socket, and connections that clients keep.</summary>
    public void Stop() => _socket.Stop();

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private string Answer(string method, JsonNode? request)
    {
        string name = (string?)request?[Volume] ?? "";
        switch (method)
        {
            case "Activate":
                return """{"Implements":["VolumeDriver"]}""";
            case "Capabilities":
                return """{"Capabilities":{"Scope":"global"}}""";
            case "Create":
                Options = request?["Opts"]?.ToJsonString();
                Make(name);
                return """{"Err":""}""";
            case "Get":
                return Has(name)
                    ? $$$"""{"Volume":{"Name":"{{{name}}}","Mountpoint":"{{{FolderOf(name)}}}","CreatedAt":"2024-01-02T03:04:05Z","Status":{"hello":"world"}},"Err":""}"""
                    : """{"Err":"no such volume here"}""";
            case "List":
                return $$"""{"Volumes":[{{string.Join(',', _volumes.Keys.Select(v => $$"""{"Name":"{{v}}"}"""))}}],"Err":""}""";
            case "Mount":
                Mounts[(string)request!["ID"]!] = name;
                return $$"""{"Mountpoint":"{{FolderOf(name)}}","Err":""}""";
            case "Unmount":
                Mounts.TryRemove((string)request!["ID"]!, out _);
                return """{"Err":""}""";
            case "Remove":
                Lose(name);
                return """{"Err":""}""";
            default:
                return """{"Err":"unknown"}""";
        }
    }
}
