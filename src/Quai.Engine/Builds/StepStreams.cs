using System.Buffers.Binary;
using System.IO.Pipelines;
using Quai.Build.Execution;
using Quai.Runtime;

namespace Quai.Engine.Builds;

/// <summary>The standard streams of a step's program: its output comes in frames that say of which stream they are.</summary>
internal static class StepStreams
{
    private const int FrameHeader = 8, Piece = 32 << 10, Output = 1;

    /// <summary>Passes on what the program writes until it ends, and has it spoken with where somebody wants to.</summary>
    public static async Task ServeAsync(AttachConnection attached, StepLaunch launch, CancellationToken cancellation)
    {
        await using (attached)
        {
            if (launch.Talk is null)
            {
                await CopyAsync(attached, launch, null).ConfigureAwait(false);
                return;
            }

            var said = new Pipe();
            Task copying = CopyAsync(attached, launch, said.Writer);
            try
            {
                await launch.Talk(new Conversation(said.Reader, PipeWriter.Create(attached.Stream, new StreamPipeWriterOptions(leaveOpen: true))), cancellation).ConfigureAwait(false);
            }
            finally
            {
                // A program whose input has ended ends, too; and what it says until then nobody wants.
                attached.CompleteWriting();
                await said.Reader.CompleteAsync().ConfigureAwait(false);
                await copying.ConfigureAwait(false);
            }
        }
    }

    /// <summary>The streams of a program that somebody speaks with.</summary>
    public static AttachStreams Of(ProgramConversation conversation) => new(conversation.Input is not null, true, !conversation.HasTerminal);

    /// <summary>Passes on what a program writes and reads, until it has ended.</summary>
    public static async Task TalkAsync(AttachConnection attached, ProgramConversation conversation, CancellationToken cancellation)
    {
        await using (attached)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task saying = SayAsync(attached, conversation, life.Token);
            try
            {
                if (conversation.HasTerminal)
                {
                    await CopyTerminalAsync(attached, conversation, life.Token).ConfigureAwait(false);
                }
                else
                {
                    await CopyAsync(attached, conversation.Output, life.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                await life.CancelAsync().ConfigureAwait(false);
                await saying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task SayAsync(AttachConnection attached, ProgramConversation conversation, CancellationToken cancellation)
    {
        if (conversation.Input is not { } input)
        {
            return;
        }

        try
        {
            await input.CopyToAsync(attached.Stream, cancellation).ConfigureAwait(false);
            attached.CompleteWriting();
        }
        catch (IOException)
        {
            // The program has ended; nobody reads.
        }
    }

    private static async Task CopyTerminalAsync(AttachConnection attached, ProgramConversation conversation, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Piece];
        int count;
        while ((count = await attached.Stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            await conversation.Output(Output, buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }
    }

    private sealed record Conversation(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private static async Task CopyAsync(AttachConnection attached, StepLaunch launch, PipeWriter? said)
    {
        try
        {
            await CopyAsync(attached, Pass, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            if (said is not null)
            {
                await said.CompleteAsync().ConfigureAwait(false);
            }
        }

        async ValueTask Pass(int stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            if (said is not null && stream == Output)
            {
                await said.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            }
            else
            {
                launch.Progress.Write(stream, bytes.Span);
            }
        }
    }

    /// <summary>Takes the frames apart in which output comes.</summary>
    private static async Task CopyAsync(AttachConnection attached, Func<int, ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Piece];
        while (await attached.Stream.ReadAtLeastAsync(buffer.AsMemory(0, FrameHeader), FrameHeader, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) == FrameHeader)
        {
            int stream = buffer[0], left = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(4));
            while (left > 0)
            {
                int count = await attached.Stream.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                await output(stream, buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                left -= count;
            }
        }
    }
}
