namespace Quai.Images;

/// <summary>Image events, for the daemon's event stream.</summary>
internal sealed class ImageEvents
{
    /// <summary>Action, image id (or name), name.</summary>
    public event Action<string, string, string>? Changed;

    /// <summary>Reports a change that has been made.</summary>
    public void Publish(string action, string id, string name) => Changed?.Invoke(action, id, name);
}
