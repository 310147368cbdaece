namespace Quai.EndToEnd.Tests.Compose;

/// <summary>A test that needs Docker's compose, which <c>QUAI_COMPOSE</c> names.</summary>
public sealed class PluginFactAttribute : FactAttribute
{
    public PluginFactAttribute()
    {
        if (ComposeFolder.Plugin is null)
        {
            Skip = "QUAI_COMPOSE does not name Docker's compose";
        }
    }
}
