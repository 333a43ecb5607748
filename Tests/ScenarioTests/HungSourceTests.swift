import Foundation
import Sandbox
import Testing

@Suite("One destination's source that is a pipe, or does not answer, holds up nobody else, nor the end")
struct HungSourceTests {
    /// Two destinations on refresh: d1 reads a good file, d2 one in a folder called `stuck`.
    private func stage() async throws -> Stage {
        var configuration = Stage.quick()
        configuration.lists.append(SandboxList(id: "11111111-2222-4333-8444-555555555555", name: "Second"))
        let stage = try await Stage(configuration)
        try stage.writeProfiles(5)
        try FileManager.default.createDirectory(atPath: stage.path("stuck"), withIntermediateDirectories: true)
        try stage.writeProfiles(5, to: "stuck/profiles.csv")
        try await stage.prepare()
        try await stage.waybill("source", "add", "others", "--csv", stage.path("stuck/profiles.csv"))
        try await stage.waybill("segment", "add", "rest", "--source", "others", "--where", "Country is not null")
        try await stage.waybill(
            "destination", "connect", "sendgrid", "--name", "Second", "--list-id", configuration.lists[1].id,
            "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna", input: configuration.apiKey)
        try await stage.waybill("destination", "map", "d2", "--email", "Email", "--as", "anna")
        try await stage.waybill("destination", "segments", "d2", "rest", "--as", "anna")
        for destination in ["d1", "d2"] { try await stage.consent(of: "anna", to: destination) }
        return stage
    }

    /// A library that never returns from opening what lies in a folder called `stuck`, as a disk that does not answer.
    private func library(_ stage: Stage) async throws -> String {
        try stage.write(
            """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdarg.h>
            #include <string.h>
            #include <unistd.h>
            static int real(const char *name, const char *path, int flags, int mode) {
                while (strstr(path, "/stuck/")) pause();
                return ((int (*)(const char *, int, int))dlsym(RTLD_NEXT, name))(path, flags, mode);
            }
            #define HOOK(NAME) int NAME(const char *path, int flags, ...) { \\
                va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest); \\
                return real(#NAME, path, flags, mode); }
            HOOK(open)
            HOOK(open64)
            """, to: "hang.c")
        let made = try await Program.run(
            ["cc", "-shared", "-fPIC", "-o", stage.path("hang.so"), stage.path("hang.c"), "-ldl"],
            executable: "/usr/bin/env")
        try #require(made.status == 0, "\(made.errors)")
        return stage.path("hang.so")
    }

    private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("waited in vain for \(what)")
    }

    private func exports(_ stage: Stage, of destination: String) async throws -> Int {
        try await stage.entries("export.finished").count { $0["destination"] as? String == destination }
    }

    @Test("a pipe or a device in place of a source, a model or a list of members is refused at once")
    func pipes() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(3)
        try await stage.prepare()
        let pipe = stage.path("pipe.csv")
        try #require(mkfifo(pipe, 0o600) == 0)
        try #require(mkfifo(stage.path("model.json"), 0o600) == 0)
        try #require(mkfifo(stage.path("pipe.ndjson"), 0o600) == 0)
        let commands: [[String]] = [
            ["source", "add", "x", "--csv", pipe], ["source", "add", "x", "--csv", "/dev/zero"],
            ["source", "add", "x", "--csv", "/dev/stdin"], ["source", "add", "x", "--csv", stage.folder.path],
            ["source", "add", "x", "--ndjson", stage.path("pipe.ndjson")],
            ["source", "add", "x", "--cdm", stage.folder.path],
            ["segment", "add", "x", "--source", "customers", "--members", pipe],
            ["segment", "add", "x", "--source", "customers", "--definition", pipe],
        ]
        for command in commands {
            let result = try await Program.run(
                ["5", Program.path] + command + ["--home", stage.home, "--json"], executable: "/usr/bin/timeout")
            #expect(result.status == 65, "\(command): \(result)")
            #expect(result.errors.contains("regular file"), "\(result.errors)")
        }
        try await stage.close()
    }

    @Test("where a source became a pipe, serving goes on for the others, and a signal is heard")
    func pipeWhileServing() async throws {
        let stage = try await stage()
        try FileManager.default.removeItem(atPath: stage.path("stuck/profiles.csv"))
        try #require(mkfifo(stage.path("stuck/profiles.csv"), 0o600) == 0)
        try await stage.waybill("destination", "schedule", "d1", "--on-refresh", "--as", "anna")
        try await stage.waybill("destination", "schedule", "d2", "--on-refresh", "--as", "anna")
        let server = try stage.start("serve", "--interval", "0.2", "--settle", "0")
        try await wait("the export of d1") { try await exports(stage, of: "d1") == 1 }
        #expect(try await exports(stage, of: "d2") == 0)
        let start = ContinuousClock.now
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        #expect(await server.wait().status == 0)
        // Ten seconds on a machine of its own; that it ends at all, while the disk never answers, is what is tested.
        #expect(ContinuousClock.now - start < .seconds(90))
        try await stage.close()
    }

    @Test("where a disk never answers, serving goes on for the others, says so, and ends within ten seconds")
    func diskWhileServing() async throws {
        let stage = try await stage()
        try await stage.waybill("destination", "schedule", "d1", "--on-refresh", "--as", "anna")
        try await stage.waybill("destination", "schedule", "d2", "--on-refresh", "--as", "anna")
        let server = try Program.start(
            ["serve", "--interval", "0.2", "--settle", "0", "--home", stage.home, "--json"],
            environment: ["LD_PRELOAD": try await library(stage)])
        try await wait("the export of d1") { try await exports(stage, of: "d1") == 1 }
        // And again, though the look at the other has not ended.
        try stage.writeProfiles(6)
        try await wait("the second export of d1") { try await exports(stage, of: "d1") == 2 }
        let start = ContinuousClock.now
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        let result = await server.wait()
        // Ten seconds on a machine of its own; that it ends at all, while the disk never answers, is what is tested.
        #expect(ContinuousClock.now - start < .seconds(90))
        #expect(result.status == 0)
        let events = try result.lines()
        #expect(events.count { $0["event"] as? String == "silent" } == 1)
        #expect(events.first { $0["event"] as? String == "silent" }?["destination"] as? String == "d2")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("an export that a disk holds for ever is left behind at the end, and the next start goes on")
    func exportOnHungDisk() async throws {
        let stage = try await stage()
        try await stage.waybill("destination", "schedule", "d2", "--cron", "* * * * *", "--as", "anna")
        let server = try Program.start(
            ["serve", "--interval", "0.2", "--settle", "0", "--home", stage.home, "--json"],
            environment: ["LD_PRELOAD": try await library(stage)])
        // At the full minute, which nothing but waiting brings about.
        try await Task.sleep(for: .seconds(62))
        let start = ContinuousClock.now
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        let result = await server.wait()
        // Ten seconds on a machine of its own; that it ends at all, while the disk never answers, is what is tested.
        #expect(ContinuousClock.now - start < .seconds(90))
        #expect(result.status == 75, "\(result)")
        #expect(try result.lines().compactMap { $0["event"] as? String } == ["started", "abandoned"])
        #expect(await stage.upserts().isEmpty)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("where the workspace's own disk does not answer, a signal ends serving all the same")
    func workspaceOnHungDisk() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try stage.write(
            """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdarg.h>
            #include <stdlib.h>
            #include <unistd.h>
            static int real(const char *name, int file, int what, void *value) {
                while (what == F_SETLK && access(getenv("STUCK"), F_OK) == 0) pause();
                return ((int (*)(int, int, ...))dlsym(RTLD_NEXT, name))(file, what, value);
            }
            #define HOOK(NAME) int NAME(int file, int what, ...) { \\
                va_list rest; va_start(rest, what); void *value = va_arg(rest, void *); va_end(rest); \\
                return real(#NAME, file, what, value); }
            HOOK(fcntl)
            HOOK(fcntl64)
            """, to: "lock.c")
        let made = try await Program.run(
            ["cc", "-shared", "-fPIC", "-o", stage.path("lock.so"), stage.path("lock.c"), "-ldl"],
            executable: "/usr/bin/env")
        try #require(made.status == 0, "\(made.errors)")
        let server = try Program.start(
            ["serve", "--interval", "0.1", "--home", stage.home, "--json"],
            environment: ["LD_PRELOAD": stage.path("lock.so"), "STUCK": stage.path("stuck")])
        try await Task.sleep(for: .seconds(2))
        #expect(server.process.isRunning)
        try stage.write("", to: "stuck")
        try await Task.sleep(for: .seconds(1))
        let start = ContinuousClock.now
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        #expect(await server.wait().status == 75)
        // Ten seconds on a machine of its own; that it ends at all, while the disk never answers, is what is tested.
        #expect(ContinuousClock.now - start < .seconds(90))
        try await stage.close()
    }
}
