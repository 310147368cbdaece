namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>Today's engine, and when a control asks for it, the first version beside it.</summary>
public sealed class Engines : IAsyncLifetime
{
    private readonly Lazy<Task<QuaidInstance>> _first = new(StartFirstAsync);

    /// <summary>The engine under test.</summary>
    public QuaidInstance Today { get; } = new();

    /// <summary>The version of Quai from before its hardening, started when it is first asked for.</summary>
    public Task<QuaidInstance> FirstAsync() => _first.Value;

    /// <inheritdoc/>
    public Task InitializeAsync() => Today.InitializeAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        try
        {
            await Today.DisposeAsync();
        }
        finally
        {
            if (_first.IsValueCreated)
            {
                await (await _first.Value).DisposeAsync();
            }
        }
    }

    private static async Task<QuaidInstance> StartFirstAsync()
    {
        var instance = new QuaidInstance(FirstVersion.BinDirectory);
        await instance.InitializeAsync();
        return instance;
    }
}
