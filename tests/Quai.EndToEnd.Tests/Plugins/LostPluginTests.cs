using Quai.EndToEnd.Tests.Volumes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A plugin that goes away, as on Docker.</summary>
public sealed class LostPluginTests(QuaidInstance engine, VolumePlugin plugin) : IClassFixture<QuaidInstance>, IClassFixture<VolumePlugin>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly VolumeNames _names = new(engine);
    private readonly VolumePlugin _plugin = plugin;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    [Fact]
    public async Task A_plugin_that_is_gone_is_said_to_be_and_is_found_again_when_it_is_back()
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -d {_plugin.Name} {name}");
        _plugin.Stop();
        try
        {
            (await _docker.RunAsync($"volume inspect {name}")).ExpectFailure(
                1,
                $"get {name}: error while checking if volume \"{name}\" exists in driver \"{_plugin.Name}\": Post \"http://plugin.moby.localhost/VolumeDriver.Get\": dial unix /run/docker/plugins/{_plugin.Name}.sock: connect: no such file or directory");
            Assert.Contains(name, await _docker.OkAsync("volume ls -q"), StringComparison.Ordinal);
        }
        finally
        {
            _plugin.Start();
        }

        await _docker.OkAsync($"run --rm -v {name}:/x {Image} touch /x/f");
    }
}
