// Lists of people as spreadsheets give them.
import { describe, expect, it } from "vitest";
import { csvCell, parsePeople } from "./inviteList";

describe("a list of people to invite", () => {
  it("reads commas, semicolons, tabs and quotes", () => {
    const text = 'Ana Duarte, ana, annotator\n"Nowak, Marek",marek,reviewer\nInes;ines;expert lead\nBo\tbo\tannotator';
    expect(parsePeople(text)).toEqual({
      people: [
        { name: "Ana Duarte", login: "ana", roles: ["annotator"] },
        { name: "Nowak, Marek", login: "marek", roles: ["reviewer"] },
        { name: "Ines", login: "ines", roles: ["expert", "lead"] },
        { name: "Bo", login: "bo", roles: ["annotator"] },
      ],
      problems: [],
    });
  });
  it("leaves the heading and empty lines out", () => {
    expect(parsePeople("name,login,role\n\nAna,ana,annotator\n").people.map((each) => each.login)).toEqual(["ana"]);
  });
  it("names the line of what cannot be right", () => {
    const { people, problems } = parsePeople("Ana,ana\nBo,bo,boss\nCy,cy,lead\nCy,CY,lead");
    expect(people.map((each) => each.login)).toEqual(["cy"]);
    expect(problems.map((each) => each.line)).toEqual([1, 2, 4]);
  });
  it("writes no cell that a spreadsheet would run", () => {
    expect([csvCell("=1+1"), csvCell('a "b"')]).toEqual(['"\'=1+1"', '"a ""b"""']);
  });
});
