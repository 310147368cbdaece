namespace Quai.EndToEnd.Tests.Volumes;

/// <summary>Names of volumes, which are removed when a test has ended.</summary>
public sealed class VolumeNames(QuaidInstance engine)
{
    private readonly List<string> _names = [];

    /// <summary>A name that nobody else has.</summary>
    public string New()
    {
        string name = engine.Name("volume");
        _names.Add(name);
        return name;
    }

    /// <summary>Adds one that a test got from the engine.</summary>
    public string Add(string name)
    {
        _names.Add(name);
        return name;
    }

    /// <summary>Removes them.</summary>
    public async Task RemoveAsync()
    {
        foreach (string name in _names)
        {
            await engine.Docker.RunAsync($"volume rm -f {name}");
        }
    }
}
