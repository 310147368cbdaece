using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans.Logging;
using Quai.Shim.Logging.Formats;
using static Quai.Linux.Kernel.IoConstants;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim.Logging;

/// <summary>The socket to a log's server. Nothing here waits, except for the first connection: the loop says when to go on.</summary>
internal static unsafe class LogConnection
{
    private const int AddressHead = 8;
    private static LogPlan* _plan;
    private static State _state;
    private static int _socket = -1, _address, _failures, _wait, _errno, _sent;
    private static long _until, _connectedAt, _stalledAt;
    private static bool _stream, _refused, _awaiting;

    private enum State
    {
        Closed,
        Connecting,
        Ready,
        Waiting,
    }

    /// <summary>Whether there is no connection and none is being made: the last attempt failed.</summary>
    public static bool IsAway => _state == State.Waiting;

    /// <summary>Prepares.</summary>
    public static void Open(LogPlan* plan) => _plan = plan;

    /// <summary>Connects and waits for the outcome: 0, or the errno of the last address.</summary>
    public static int ConnectFirst()
    {
        Connect();
        while (_state == State.Connecting)
        {
            PollEntry entry = default;
            entry.Descriptor = _socket;
            entry.Events = _plan->Network == LogNetwork.Relay ? POLLIN : POLLOUT;
            if (Waiting(SystemCallNumber.PPoll, (long)&entry, 1, 0, 0, 0) > 0)
            {
                Connected();
            }
        }

        return _state == State.Ready ? 0 : _errno;
    }

    /// <summary>Sends what can be sent now; connects if there is anything to send.</summary>
    public static void Pump(ref SendQueue queue)
    {
        if (queue.Count > 0 && (_state == State.Closed || (_state == State.Waiting && Clock.Steady() >= _until)))
        {
            GiveUp(ref queue);
            Connect();
        }

        if (_state == State.Ready && queue.Count > 0 && IsOld())
        {
            Lost();
        }

        if (_state == State.Ready)
        {
            Send(ref queue);
        }
    }

    // Whether the connection is to be made anew: it has stalled, or is as old as it may become, between two messages.
    private static bool IsOld() =>
        (_plan->WriteTimeout > 0 && _stalledAt != 0 && Clock.Steady() - _stalledAt >= _plan->WriteTimeout)
        || (_plan->ReconnectAfter > 0 && _sent == 0 && !_awaiting && Clock.Steady() - _connectedAt >= _plan->ReconnectAfter);

    /// <inheritdoc cref="RemoteLog.Prepare"/>
    public static int Prepare(ref SendQueue queue, out short events, ref int timeout)
    {
        events = 0;
        switch (_state)
        {
            case State.Connecting:
                events = _plan->Network == LogNetwork.Relay ? POLLIN : POLLOUT;
                break;
            case State.Ready:
                // A stream tells of its end; a datagram socket, of what nobody needs to know unless there is something to send.
                if (_plan->WriteTimeout > 0 && _stalledAt != 0)
                {
                    Shorten(ref timeout, _stalledAt + _plan->WriteTimeout);
                }

                events = (short)((_stream ? POLLIN : 0) | (queue.Count > 0 && !_awaiting ? POLLOUT : 0));
                break;
            case State.Waiting when queue.Count > 0:
                Shorten(ref timeout, _until);
                break;
        }

        return events == 0 ? -1 : _socket;
    }

    private static void Shorten(ref int timeout, long until)
    {
        int left = (int)Math.Clamp(until - Clock.Steady(), 1, int.MaxValue);
        timeout = timeout < 0 ? left : Math.Min(timeout, left);
    }

    /// <summary>Goes on after a poll.</summary>
    public static void Dispatch(ref SendQueue queue, short returned)
    {
        if (_state == State.Connecting)
        {
            Connected();
        }
        else if (_state == State.Ready && _stream && (returned & ~POLLOUT) != 0)
        {
            Receive(ref queue);
        }

        Pump(ref queue);
    }

    /// <summary>Ends the connection. What the kernel took is still sent.</summary>
    public static void Close()
    {
        if (_socket >= 0)
        {
            Quick(SystemCallNumber.Close, _socket);
        }

        _socket = -1;
        _state = State.Closed;
        _sent = 0;
        _stalledAt = 0;
        _awaiting = false;
    }

    private static void Established()
    {
        _state = State.Ready;
        _connectedAt = Clock.Steady();
    }

    private static void Connect()
    {
        Close();
        if (_plan->Network == LogNetwork.Relay)
        {
            _socket = LogRelay.Start(_plan->RelayArguments, _plan->RelayEnvironment);
            _stream = true;
            _state = State.Connecting;
            if (_socket < 0)
            {
                Fail(-_socket);
            }

            return;
        }

        byte* entry = _plan->Addresses + ((long)_address * LogPlan.AddressSize);
        byte* address = entry + AddressHead;
        int length = *(int*)entry, type = *(int*)(entry + sizeof(int));
        _stream = type == SOCK_STREAM;
        long socket = Quick(SystemCallNumber.Socket, *(ushort*)address, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (socket < 0)
        {
            Fail((int)-socket);
            return;
        }

        _socket = (int)socket;
        int on = 1;
        Quick(SystemCallNumber.Setsockopt, socket, SOL_SOCKET, SO_KEEPALIVE, (long)&on, sizeof(int));
        long result = Quick(SystemCallNumber.Connect, socket, (long)address, length);
        if (result == 0)
        {
            Established();
        }
        else if (result == -Errno.EINPROGRESS)
        {
            _state = State.Connecting;
        }
        else
        {
            Fail((int)-result);
        }
    }

    private static void Connected()
    {
        int errno = 0, size = sizeof(int);
        if (_plan->Network == LogNetwork.Relay)
        {
            byte ready = 0;
            errno = Quick(SystemCallNumber.Recvfrom, _socket, (long)(&ready), 1, MSG_DONTWAIT, 0, 0) == 1 && ready == LogRelay.Ready ? 0 : Errno.ECONNABORTED;
        }
        else
        {
            Quick(SystemCallNumber.Getsockopt, _socket, SOL_SOCKET, SO_ERROR, (long)&errno, (long)&size);
        }

        if (errno == 0)
        {
            Established();
        }
        else
        {
            Fail(errno);
        }
    }

    /// <summary>Goes on to the next address, or waits before it begins again with the first.</summary>
    private static void Fail(int errno)
    {
        Close();
        _errno = errno;
        if (++_address < _plan->AddressCount)
        {
            Connect();
            return;
        }

        _address = 0;
        _failures++;
        _wait = _failures == 1 ? _plan->FirstWait : (int)Math.Min((long)_wait * _plan->Growth / 100, _plan->LongestWait);
        _until = Clock.Steady() + _wait;
        _state = State.Waiting;
    }

    /// <summary>After as many failures as the log may have, its first message is dropped.</summary>
    private static void GiveUp(ref SendQueue queue)
    {
        if (_plan->Attempts >= 0 && _failures > _plan->Attempts)
        {
            queue.Remove();
            _failures = 0;
        }
    }

    private static void Send(ref SendQueue queue)
    {
        bool again = false;
        while (queue.Count > 0 && !_awaiting)
        {
            ReadOnlySpan<byte> message = queue.First;
            long sent;
            fixed (byte* start = message)
            {
                sent = Quick(SystemCallNumber.Sendto, _socket, (long)(start + _sent), message.Length - _sent, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
                if (sent is -Errno.EMSGSIZE or -Errno.ENOBUFS && _plan->Target == LogTarget.Journal)
                {
                    sent = LogRelay.SendAsFile(_socket, start, message.Length);
                }
            }

            if (sent == -Errno.EAGAIN)
            {
                _stalledAt = _stalledAt == 0 ? Clock.Steady() : _stalledAt;
                return;
            }

            if (sent >= 0)
            {
                Sent(ref queue, (int)sent, message.Length);
            }
            else if (!_stream && sent is -Errno.ECONNREFUSED && _plan->Network == LogNetwork.Udp && !_refused)
            {
                // That was about an earlier datagram.
                _refused = true;
            }
            else if (!_stream && (_plan->Network == LogNetwork.Udp || sent == -Errno.EMSGSIZE))
            {
                _refused = false;
                queue.Remove();
            }
            else if (sent != -Errno.EINTR)
            {
                if (again)
                {
                    Fail((int)-sent);
                }
                else
                {
                    Lost();
                }

                again = true;
                if (_state != State.Ready)
                {
                    return;
                }
            }
        }
    }

    private static void Sent(ref SendQueue queue, int sent, int length)
    {
        _refused = false;
        _stalledAt = 0;
        _sent = _stream ? _sent + sent : length;
        if (_sent < length)
        {
            return;
        }

        _failures = 0;
        if (_plan->Target == LogTarget.Fluentd && ((FluentdOptions)_plan->Variant & FluentdOptions.Acknowledge) != 0 && _stream)
        {
            _awaiting = true;
        }
        else
        {
            queue.Remove();
            _sent = 0;
        }
    }

    private static void Receive(ref SendQueue queue)
    {
        byte* buffer = stackalloc byte[512];
        long got = Quick(SystemCallNumber.Recvfrom, _socket, (long)buffer, 512, MSG_DONTWAIT, 0, 0);
        if (got is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (got <= 0)
        {
            Lost();
        }
        else if (_awaiting && new ReadOnlySpan<byte>(buffer, (int)got).IndexOf(queue.First.Slice(queue.First.Length - FluentdMessage.IdentityLength)) >= 0)
        {
            _awaiting = false;
            _sent = 0;
            queue.Remove();
        }
        else if (_awaiting)
        {
            // It acknowledges something else: the message is sent again, on another connection.
            Fail(Errno.ECONNABORTED);
        }
    }

    /// <summary>The server has gone. What was sent in part is sent again from its beginning.</summary>
    private static void Lost()
    {
        _address = 0;
        Connect();
    }
}
