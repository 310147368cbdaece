using System.Text;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Streams;
using Quai.Templates;

namespace Quai.Cli.Images;

/// <summary>Has the daemon pull an image and shows how far it is.</summary>
internal static class ImagePull
{
    /// <summary>Pulls.</summary>
    /// <param name="session">The daemon.</param>
    /// <param name="image">The image with its tag or digest; without either all tags come.</param>
    /// <param name="platform">The platform; empty for the daemon's.</param>
    /// <param name="noCache">Whether everything is fetched anew.</param>
    /// <param name="output">Where progress goes; null for nowhere.</param>
    public static void Run(Session session, string image, string platform, bool noCache, Output? output)
    {
        (string repository, string tag, string digest) = ImageReference.Split(image);
        string path = new Query("/images/create").With("fromImage", repository).WithText("tag", digest.Length > 0 ? digest : tag).WithText("platform", platform).WithSwitch("nocache", noCache).ToString();
        using ResponseStream response = session.Engine.Transport.Send("POST", path, default, RegistryCredentials.Header(session, repository));
        ProgressDisplay.Show(response.ReadJsonStream(), output);
    }
}
